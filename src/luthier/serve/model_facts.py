"""What a caller may know of the model that answers."""

from __future__ import annotations

from typing import Any

from luthier.core.task import Column, ColumnKind
from luthier.serve.service import Service

_EXAMPLES: dict[ColumnKind, Any] = {
    ColumnKind.NUMERIC: 1.5,
    ColumnKind.BOOLEAN: True,
    ColumnKind.CATEGORY: "a",
    ColumnKind.DATETIME: "2026-11-23T13:04:00",
    ColumnKind.TEXT: "some words",
}


def model_facts(service: Service) -> dict[str, Any]:
    """The reply to `/v1/model`."""
    now, manifest = service.in_service, service.manifest
    task, pixels = manifest.task, manifest.pixels
    return {
        "deployment": service.deployment,
        "version": now.version,
        "bundle": now.champion.hash,
        "challenger": now.challenger.hash if now.challenger is not None else None,
        "task": {"kind": task.kind, "target": task.target, "metric": task.metric, "target_dtype": task.target_dtype},
        "classes": list(task.classes),
        "inputs": [{"name": column.name, "kind": column.kind} for column in manifest.schema.inputs],
        "pixels": None if pixels is None else {"channels": pixels.channels, "height": pixels.height, "width": pixels.width},
        "coverage": manifest.calibration.coverage,
        "has_prediction_sets": manifest.calibration.set_threshold is not None,
        "scores": dict(manifest.scores),
        "recording": {"durable": service.settings.durable, "window_seconds": 0.0 if service.settings.durable else service.settings.flush_seconds},
    }


def example_row(columns: tuple[Column, ...]) -> dict[str, Any]:
    """A row that a model of tables answers. Its values are made up: none of the training rows is shown."""
    return {column.name: 3 if column.dtype.startswith(("Int", "UInt")) and column.kind is ColumnKind.NUMERIC else _EXAMPLES[column.kind] for column in columns}
