"""Made-up models, predictions and labels for ledgers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from luthier.ledger import Label, Ledger, Prediction, Run, StoredBundle

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Goes on when it is told to."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def later(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def make_model(folder: Path, *, weights: bytes = b"weights") -> Path:
    """A folder that looks like a model to whoever does not run it."""
    folder.mkdir(parents=True)
    files = {"model.onnx": b"graph", "weights.safetensors": weights}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    write_manifest(folder, {"task": {"target": "sick", "kind": "binary"}, "scores": {"auc": 0.9}, "files": hashes, "format": 1})
    return folder


def write_manifest(folder: Path, record: dict[str, Any]) -> None:
    """A manifest.json with its hash."""
    digest = hashlib.sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(record | {"sha256": digest}))


def keep_model(ledger: Ledger, folder: Path, name: str = "first") -> StoredBundle:
    return ledger.bundles.keep(make_model(folder / name, weights=name.encode()), name=name)


def make_run(id: str, **changes: Any) -> Run:  # noqa: A002
    usual = {"name": "thyroid", "target": "sick", "task": "binary", "metric": "auc", "path": "runs/1", "started_at": START, "seed": 1}
    return Run(**{"id": id, **usual, **changes})


def make_prediction(number: int, bundle: str, *, seconds: float | None = None, deployment: str = "clinic", content: str = "") -> Prediction:
    return Prediction(
        deployment=deployment,
        id=f"row-{number}",
        bundle=bundle,
        at=later(number if seconds is None else seconds),
        inputs=b'{"age": %d}' % number,
        content=content or f"content-{number}",
        answer=b'{"prediction": "%d"}' % (number % 2),
    )


def make_predictions(numbers: Sequence[int], bundle: str) -> list[Prediction]:
    return [make_prediction(number, bundle) for number in numbers]


def make_label(number: int, label: str = "1", *, observed: float = 0.0, received: float = 0.0, source: str = "lab", deployment: str = "clinic") -> Label:
    return Label(deployment=deployment, prediction_id=f"row-{number}", label=label, observed_at=later(observed), received_at=later(received), source=source)
