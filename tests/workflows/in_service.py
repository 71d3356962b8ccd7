"""A made-up deployment: networks that nobody trained answer rows that nobody asked, as a service would record it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from luthier.bundle import Bundle, Role, reference_bytes, reference_part, write_bundle
from luthier.ledger import Deployment, Label, Ledger, Prediction
from tests.bundle.made_up import MadeUp, training_rows

NAME = "clinic"


def rows_like(count: int, *, seed: int) -> pl.DataFrame:
    """Typed rows from one population."""
    rows = training_rows(300).with_columns(color=pl.col("color").replace({"": None}))
    return rows.sample(count, with_replacement=True, shuffle=True, seed=seed)


def model_with_reference(made: MadeUp, folder: Path, *, rows: int = 300) -> Path:
    """The made-up model, with rows whose truth is what it expects."""
    parts = []
    for seed, role in enumerate(Role):
        frame = rows_like(rows, seed=seed)
        answers = made.answers(frame)
        parts.append(reference_part(frame, role, made.manifest.task, truths(answers, seed=seed), answers))
    write_bundle(folder, made.manifest, replace(made.contents, reference=reference_bytes(parts)))
    return folder


def truths(answers: np.ndarray, *, seed: int) -> np.ndarray:
    """Class numbers drawn with the probabilities that a model gives; or numbers near those that it gives."""
    rng = np.random.default_rng(seed)
    if answers.ndim == 1:
        return answers + rng.normal(size=len(answers))
    return (answers.cumsum(axis=1) < rng.random((len(answers), 1))).sum(axis=1).clip(max=answers.shape[1] - 1)


def answer(ledger: Ledger, deployment: Deployment, frame: pl.DataFrame, *, called: str = "row", shadow: str | None = None) -> list[str]:
    """Record answers to typed rows, a second apart, now; the ids."""
    bundle = Bundle.load(ledger.bundles.fetch(shadow or deployment.champion))
    answers = bundle.predict_typed(frame)
    rows = [_plain(row) for row in frame.to_dicts()]
    predictions = [
        Prediction(
            deployment=deployment.name,
            id=f"{called}-{place}",
            bundle=shadow or deployment.champion,
            at=ledger.now() + timedelta(seconds=place),
            inputs=json.dumps(row).encode(),
            content=f"{called}-{place}",
            answer=json.dumps(_answer(bundle, answers[place])).encode(),
        )
        for place, row in enumerate(rows)
    ]
    (ledger.predictions.record if shadow is None else ledger.predictions.record_shadows)(predictions)
    return [prediction.id for prediction in predictions]


def label(ledger: Ledger, ids: Sequence[str], labels: Sequence[object], *, observed: datetime | None = None) -> None:
    """Record what came true, now."""
    now = ledger.now()
    ledger.labels.add([_label(id_, str(value), observed or now, now) for id_, value in zip(ids, labels, strict=True)])


def class_labels(made: MadeUp, places: np.ndarray) -> list[str]:
    """The names of classes by their numbers."""
    return [made.manifest.task.classes[place] for place in places]


def _label(id_: str, value: str, observed: datetime, received: datetime) -> Label:
    return Label(deployment=NAME, prediction_id=id_, label=value, observed_at=observed, received_at=received, source="a test")


def _answer(bundle: Bundle, answered: np.ndarray) -> dict[str, object]:
    if bundle.task.kind.is_classification:
        return {"prediction": bundle.task.classes[int(answered.argmax())], "probabilities": answered.tolist()}
    return {"prediction": float(answered), "lower": float(answered) - 1, "upper": float(answered) + 1}


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
