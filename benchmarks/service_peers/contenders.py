"""Contenders: how each server is started, asked and understood."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.systems import ENVIRONMENTS

SERVERS = Path(__file__).with_name("servers")
BARE, FAST, DURABLE = "bare FastAPI + onnxruntime", "luthier, fast", "luthier, durable"
BATCH = 32

ENVIRONMENTS.update(
    {
        "litserve": ("litserve", "onnxruntime"),
        "bentoml": ("bentoml", "onnxruntime"),
        "mlflow": ("mlflow", "onnxruntime"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a server is to run."""

    python: Path
    folder: Path
    "With the graph and the facts."
    model: Path
    "The bundle."
    scratch: Path
    "An empty folder of its own."
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One server."""

    name: str
    environment: str | None
    "Where its packages are; None is the environment of this process."
    command: Callable[[Place], list[str]]
    path: str = "/predict"
    rows_key: str = "rows"
    "What a body calls its rows."
    prepare: Callable[[Place], list[str]] | None = None
    "A command that is run once before."
    first: Callable[[dict[str, Any]], Any] = lambda reply: next(iter(reply.values()))[0]
    "The first row's probabilities, or its number, in a reply."

    def body(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What asks for one row."""
        return {self.rows_key: [row]}


def surroundings(place: Place) -> dict[str, str]:
    """Environment variables of a server: one thread a library, no reports home."""
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1", "BENTOML_DO_NOT_TRACK": "True"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" or place.python == Path(sys.executable)}
    binaries = f"{place.python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**kept, **quiet, "PATH": binaries, "OMP_NUM_THREADS": "1", "GRAPH_FOLDER": str(place.folder)}


def _luthier(place: Place, *more: str) -> list[str]:
    ledger = place.scratch / "ledger.db"
    return [str(place.python), "-m", "luthier", "serve", str(place.model), "--name", "model", "--port", str(place.port), "--ledger", str(ledger), *more]


def _first_of_luthier(reply: dict[str, Any]) -> Any:
    row = reply["predictions"][0]
    return row.get("probabilities") or row["prediction"]


def _first_of_mlflow(reply: dict[str, Any]) -> Any:
    return next(iter(reply["predictions"].values()))[0]


def _script(place: Place, name: str, *more: str) -> list[str]:
    return [str(place.python), str(SERVERS / name), str(place.folder), str(place.port), *more]


def _bentoml(place: Place) -> list[str]:
    binary = place.python.with_name("bentoml")
    return [str(binary), "serve", "bentoml_service:GraphService", "--working-dir", str(SERVERS), "--host", "127.0.0.1", "--port", str(place.port)]


def _mlflow(place: Place) -> list[str]:
    options = ["--env-manager", "local", "--host", "127.0.0.1", "--port", str(place.port), "--workers", "1"]
    return [str(place.python.with_name("mlflow")), "models", "serve", "--model-uri", str(place.scratch / "model"), *options]


CONTENDERS = (
    Contender(name=BARE, environment=None, command=lambda place: _script(place, "bare.py")),
    Contender(name=FAST, environment=None, command=_luthier, path="/v1/predict", first=_first_of_luthier),
    Contender(name=DURABLE, environment=None, command=lambda place: _luthier(place, "--durable"), path="/v1/predict", first=_first_of_luthier),
    Contender(name="LitServe", environment="litserve", command=lambda place: _script(place, "litserve_server.py")),
    Contender(name=f"LitServe, batches of {BATCH}", environment="litserve", command=lambda place: _script(place, "litserve_server.py", str(BATCH))),
    Contender(name="BentoML", environment="bentoml", command=_bentoml),
    Contender(
        name="mlflow models serve",
        environment="mlflow",
        command=_mlflow,
        path="/invocations",
        rows_key="dataframe_records",
        prepare=lambda place: [str(place.python), str(SERVERS / "mlflow_model.py"), str(place.folder), str(place.scratch / "model")],
        first=_first_of_mlflow,
    ),
)
OURS = (FAST, DURABLE)
