"""Past runs: where a search begins that was made before, on a table of the same columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luthier.bundle import Bundle
from luthier.core.errors import SettingInvalid
from luthier.core.task import Schema, Task
from luthier.tune import FAMILY, Point

MOST_OF_A_RUN = 4
"Places that are taken from one model."


def past_points(models: Sequence[Path], task: Task, schema: Schema) -> tuple[Point, ...]:
    """The best places of the searches that made some models, each model's best first.

    Raises:
        SettingInvalid: a model was made for another task or other columns.
        BundleError: it is no model.
    """
    found = [_points_of(model, task, schema) for model in models]
    return tuple(points[place] for place in range(MOST_OF_A_RUN) for points in found if place < len(points))


def _points_of(model: Path, task: Task, schema: Schema) -> list[Point]:
    bundle = Bundle.load(model)
    columns = lambda schema: {column.name: column.kind for column in schema.inputs}  # noqa: E731
    if (bundle.task.kind, bundle.task.target) != (task.kind, task.target) or columns(bundle.schema) != columns(schema):
        raise SettingInvalid(
            f"--like needs a model of the same task and columns, but {model} predicts {bundle.task.target!r} from {len(bundle.schema.inputs)} columns, "
            f"and this table has {task.target!r} and {len(schema.inputs)}. Leave --like out."
        )
    search = json.loads((model / "report.json").read_text(encoding="utf-8")).get("search") or {"trials": []}
    finished = [trial for trial in search["trials"] if trial["state"] == "finished" and trial["score"] is not None]
    ranked = sorted(finished, key=lambda trial: trial["score"], reverse=bool(search.get("greater_is_better")))
    return [_point(trial) for trial in ranked[:MOST_OF_A_RUN]]


def _point(trial: dict[str, Any]) -> Point:
    return {FAMILY: trial["family"], **trial["settings"]}
