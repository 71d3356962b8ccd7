"""The page of the HTTP routes, for scripts/reference.py: asked of the very routers, for a made-up model of two columns."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi

from luthier.bundle import Calibration
from luthier.bundle.manifest import Manifest
from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.ledger import Ledger
from luthier.serve import ServeSettings
from luthier.serve.access import OPEN_PATHS, scope_needed
from luthier.serve.documents import COMMON_REFUSALS, native_paths
from luthier.serve.metrics import Metrics, metrics_text
from luthier.serve.protocols import invocations_router, open_inference_router
from luthier.serve.replies import error_body
from luthier.serve.service_moment import moment_of
from luthier.web import routes as pages
from luthier.workflows.promotion_routes import promotion_routes

Table = Callable[[Iterable[str], Iterable[Iterable[str]]], str]
"(head, rows) -> Markdown."

INTRO = """What `luthier serve` answers; [how to put a model in service](../how-to/put-it-in-service.md). `/openapi.json` of a running service tells
the same for its own model, with the kinds of its columns and an example. The last column is the scope that a token needs, where tokens are needed:
for any address but this machine's own."""

OPEN_INFERENCE = """The Open Inference Protocol, version 2, as JSON and with the binary tensor extension; `{model}` is the name of the deployment, and
`{version}` its version now. A table is one tensor a column, of shape `[rows]`; images are one tensor `image`. A tensor `prediction_id` gives ids."""

MLFLOW = """MLflow's scoring protocol, in JSON (exactly one of `dataframe_split`, `dataframe_records`, `instances`, `inputs`) or as CSV with a header.
`params` may hold `abstain`, `details`, `prediction_ids` and `widest_interval`."""

PAGES = "Only read. A browser sends no token: beyond this machine the pages answer to programs only, so look at them with `luthier ui`."

REFUSALS = "Every refusal has this form; the routes of the other protocols say the same in theirs."

SETTINGS = """`--host`, `--port`, `--durable` and `--token` of [luthier serve](cli.md) set the first ones; all of them are fields of
`luthier.serve.ServeSettings`, for a service that is started from Python."""

METRICS = "What `/metrics` tells, for Prometheus; counters end in `_total` and begin anew with the process."


def parts(*, table: Table, settings: Callable[[type], str]) -> list[str]:
    """The blocks of the page, one after another.

    Args:
        settings: a dataclass -> the table of its fields.
    """
    served: Any = SimpleNamespace(deployment="shop", version=1, manifest=_manifest(), ready=True)
    head, native = ("route", "answers", "scope"), native_paths(served.manifest)
    return [
        INTRO,
        "## Luthier's own",
        table(head, _rows(native)),
        "A question, and labels:",
        _example(native["/v1/predict"]),
        '```json\n{"labels": [{"prediction_id": "order-4711", "label": "yes", "observed_at": "2026-11-23T13:04:00Z", "source": "till"}]}\n```',
        "## Open Inference Protocol",
        OPEN_INFERENCE,
        table(head, _rows(_paths(open_inference_router(served)))),
        _example(_paths(open_inference_router(served))["/v2/models/{model}/infer"]),
        "## MLflow",
        MLFLOW,
        table(head, _rows(_paths(invocations_router(served)))),
        "## Promotion",
        table(head, _rows(_paths(promotion_routes(SimpleNamespace(), "shop")))),  # type: ignore[arg-type] # no request is made
        "## Pages",
        PAGES,
        table(head, _rows(_page_paths())),
        "## Refusals",
        REFUSALS,
        f"```json\n{error_body('RequestRefused', 'What is required. What came. What to do.').decode()}\n```",
        table(("status", "meaning"), COMMON_REFUSALS.items()),
        "## Bounds",
        SETTINGS,
        settings(ServeSettings),
        "## Metrics",
        METRICS,
        table(("metric", "meaning"), _metrics()),
    ]


def _manifest() -> Manifest:
    columns = (Column(name="price", kind=ColumnKind.NUMERIC, dtype="Float64"), Column(name="color", kind=ColumnKind.CATEGORY, dtype="String"))
    return Manifest(
        task=Task(kind=TaskKind.BINARY, target="sold", classes=("no", "yes"), metric="log_loss"),
        schema=Schema(columns=columns),
        calibration=Calibration(temperature=1.0, set_threshold=0.5),
        recipes=(),
        scores={},
        provenance={},
        files={},
    )


def _paths(router: APIRouter) -> dict[str, Any]:
    app = FastAPI()
    app.include_router(router)
    paths: dict[str, Any] = get_openapi(title="", version="", routes=app.routes)["paths"]
    return paths


def _page_paths() -> dict[str, Any]:
    """The pages stand in no OpenAPI document: nobody but a browser asks for them."""
    with TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.db") as ledger:
        found: list[Any] = list(pages(ledger).routes)
        return {route.path: {"get": {"description": inspect.getdoc(route.endpoint)}} for route in found}


def _rows(paths: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for path, operations in paths.items():
        for method, operation in operations.items():
            if method != "parameters":
                answers = operation.get("description") or operation["summary"]
                yield f"`{method.upper()} {path}`", " ".join(answers.split("\n\n")[0].split()), _scope(method.upper(), path)


def _scope(method: str, path: str) -> str:
    if path in OPEN_PATHS:
        return "none"
    needed = scope_needed(method, path)
    return f"`{needed}`" if needed is not None else "any"


def _example(operations: dict[str, Any]) -> str:
    example = operations["post"]["requestBody"]["content"]["application/json"]["example"]
    return f"```json\n{json.dumps(example)}\n```"


def _metrics() -> list[tuple[str, str]]:
    idle: Any = SimpleNamespace(waiting_rows=0, dropped_rows=0, answered_rows=0, failed_rows=0, refused_models=0, trouble=None)
    idle.in_service = SimpleNamespace(version=1, champion=SimpleNamespace(hash="0"), challenger=None)
    text = metrics_text(Metrics(), moment_of("shop", idle, idle, idle, waiting_rows=0)).decode()
    return [(f"`{name}`", meaning) for name, meaning in re.findall(r"^# HELP (\S+) (.*)$", text, flags=re.MULTILINE)]
