"""Samples for the monitor: a model's reference and windows of the ledger, in the same typed columns."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.bundle import PREDICTION, PROBABILITY, ROLE, TRUTH, Bundle, Resizer, Role
from luthier.core.errors import BundleError
from luthier.core.task import Column, ColumnKind, PixelShape, Schema, Task
from luthier.data import target_values, typed_frame
from luthier.data.images import decode, reference_to
from luthier.monitor import Sample, Subject

IMAGES_AT_ONCE = 64
"Decoded images that are held at one time."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """A model that is watched, with what its fit saw."""

    bundle: Bundle
    subject: Subject
    reference: Sample
    "Sealed rows, which nothing had seen: answers and truth are those of use."
    learned: Sample
    "Training rows, with out-of-fold answers."


def watched(bundle: Bundle) -> Watched:
    """What the monitor needs of a model.

    Raises:
        BundleError: the fit kept no rows to compare with.
    """
    rows = bundle.reference()
    if rows is None:
        raise BundleError("Watching needs the rows that a fit keeps in its model, but this model has none. Fit it again without --no-reference.")
    parts = {role: _reference_sample(rows.filter(pl.col(ROLE) == role.value), bundle.task) for role in Role}
    schema = bundle.schema if bundle.manifest.pixels is None else traits_schema(parts[Role.SEALED].frame)
    return Watched(bundle=bundle, subject=Subject(task=bundle.task, schema=schema), reference=parts[Role.SEALED], learned=parts[Role.TRAIN])


def traits_schema(traits: pl.DataFrame) -> Schema:
    """The columns of measured images."""
    return Schema(columns=tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float64") for name in traits.columns))


def window_sample(bundle: Bundle, window: pl.DataFrame) -> Sample:
    """Rows of the ledger as the monitor sees them.

    Args:
        window: `id, at, inputs, answer` and perhaps `label`, as `ledger.predictions` gives them.
    """
    return _sample(bundle, window, frame=asked_frame(bundle, window["inputs"]))


def answered_sample(bundle: Bundle, window: pl.DataFrame) -> Sample:
    """The same without what was asked: answers, labels and times, for judgements that need no more."""
    return _sample(bundle, window, frame=window.select("id"))


def _sample(bundle: Bundle, window: pl.DataFrame, *, frame: pl.DataFrame) -> Sample:
    return Sample(
        frame=frame,
        predictions=recorded_answers(window["answer"], bundle.task),
        truth=_labels(window["label"], bundle.task) if "label" in window.columns else None,
        at=window["at"].dt.epoch("us").to_numpy() / 1e6,
    )


def recorded_answers(answers: pl.Series, task: Task) -> np.ndarray:
    """What was answered, as the ledger keeps it: probabilities [rows, classes], or numbers [rows]."""
    plain = [json.loads(answer) for answer in answers]
    if not task.kind.is_classification:
        return np.array([answer["prediction"] for answer in plain], dtype=np.float64)
    return np.array([answer["probabilities"] for answer in plain], dtype=np.float64).reshape(len(plain), len(task.classes))


def has_known_label(labels: pl.Series, task: Task) -> np.ndarray:
    """Which labels the task can be judged by: one that names a class which the model does not know stays a fact, and no more."""
    truth = _labels(labels, task)
    return truth >= 0 if task.kind.is_classification else np.isfinite(truth)


def asked_frame(bundle: Bundle, inputs: pl.Series) -> pl.DataFrame:
    """What was asked, in the columns that are watched: those of the table, or what images measure."""
    if bundle.manifest.pixels is None:
        return typed_frame(asked_rows(bundle, inputs), bundle.schema)
    measured = bundle.image_traits()
    starts = range(0, len(inputs), IMAGES_AT_ONCE) or range(1)
    return pl.concat([measured(_seen(bundle.manifest.pixels, inputs[start : start + IMAGES_AT_ONCE])) for start in starts])


def _seen(shape: PixelShape, images: pl.Series) -> np.ndarray:
    """Encoded images of any size and color as the model sees them, uint8 [rows, height, width, channel]."""
    resize = Resizer(shape)
    pixels = np.zeros((len(images), shape.height, shape.width, shape.channels), dtype=np.uint8)
    for place, content in enumerate(images):
        pixels[place] = resize(decode(reference_to(content), shape.channels))
    return pixels


def asked_rows(bundle: Bundle, inputs: pl.Series) -> pl.DataFrame:
    """The rows of a table as they were asked; what was left out is missing."""
    rows = [json.loads(content) for content in inputs]
    names = [column.name for column in bundle.schema.inputs]
    return pl.DataFrame({name: pl.Series(name, [row.get(name) for row in rows], strict=False) for name in names})


def _reference_sample(rows: pl.DataFrame, task: Task) -> Sample:
    answers = [f"{PROBABILITY}{name}" for name in task.classes] if task.kind.is_classification else [PREDICTION]
    predictions = rows.select(answers).to_numpy()
    return Sample(
        frame=rows.drop(ROLE, TRUTH, *answers),
        predictions=predictions if task.kind.is_classification else predictions[:, 0],
        truth=target_values(rows[TRUTH], task) if task.kind.is_classification else rows[TRUTH].to_numpy(),
        at=np.arange(rows.height, dtype=np.float64),
    )


def _labels(labels: pl.Series, task: Task) -> np.ndarray:
    """Classes by their places, or numbers; -1 or NaN where there is no label yet."""
    if not task.kind.is_classification:
        return labels.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    places = {name: place for place, name in enumerate(task.classes)}
    return np.array([places.get(label, -1) for label in labels], dtype=np.int64)
