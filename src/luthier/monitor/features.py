"""Features: the columns and answers of two windows side by side, as arrays that tests can compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import polars as pl

from luthier.core.task import Column, ColumnKind, TaskKind
from luthier.data.dates import seconds_since_1970
from luthier.monitor.sample import Sample, Subject

_MOST_CLASSES = 20
"Classes whose probabilities are compared one by one; of more, only the largest probability of each row."
EMBEDDING = "embedding_"
"Columns of such names are coordinates of one thing: they are compared together, not one by one."


class Role(StrEnum):
    """What a feature is of."""

    INPUT = "input"
    PREDICTION = "prediction"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that is compared: numbers with NaN where missing, or the places of levels with NaN where missing."""

    name: str
    "As sentences name it, such as `Column 'age'`."
    subject: str
    "The bare name."
    role: Role
    then: np.ndarray
    now: np.ndarray
    levels: tuple[str, ...] | None = None
    "Of a category, in the order of its places; None for numbers."
    of: str = "values"
    "What the numbers are: `values`, `dates`, `lengths` or `probabilities`."

    @property
    def present(self) -> tuple[np.ndarray, np.ndarray]:
        """Both sides without what is missing."""
        return self.then[~np.isnan(self.then)], self.now[~np.isnan(self.now)]

    def split(self, then: np.ndarray, now: np.ndarray) -> Feature:
        """Two parts of the reference against each other, by row numbers."""
        return replace(self, then=self.then[then], now=self.then[now])


def features_of(subject: Subject, reference: Sample, current: Sample) -> tuple[Feature, ...]:
    """All features of two samples: their columns in order, then the answers.

    The column by which rows are ordered in time is left out: new rows are later by nature.
    """
    return (*_inputs(subject, reference.frame, current.frame), *_answers(subject, reference.predictions, current.predictions))


def _inputs(subject: Subject, then: pl.DataFrame, now: pl.DataFrame) -> Iterator[Feature]:
    columns = {column.name: column for column in subject.schema.columns}
    for name in then.columns:
        column = columns.get(name)
        if name == subject.schema.time or name not in now.columns or (column is not None and not column.kind.is_input):
            continue
        yield _input(name, column, then[name], now[name])


def _input(name: str, column: Column | None, then: pl.Series, now: pl.Series) -> Feature:
    kind = ColumnKind.NUMERIC if column is None else column.kind
    shown, role = f"Column {name!r}", Role.EMBEDDING if name.startswith(EMBEDDING) else Role.INPUT
    if kind in (ColumnKind.CATEGORY, ColumnKind.BOOLEAN):
        levels, places = _places(then, now)
        return Feature(name=shown, subject=name, role=role, then=places[: len(then)], now=places[len(then) :], levels=levels)
    if kind is ColumnKind.DATETIME:
        return Feature(name=shown, subject=name, role=role, then=seconds_since_1970(then), now=seconds_since_1970(now), of="dates")
    if kind is ColumnKind.TEXT:
        return Feature(name=shown, subject=name, role=role, then=_floats(then.str.len_chars()), now=_floats(now.str.len_chars()), of="lengths")
    return Feature(name=shown, subject=name, role=role, then=_floats(then), now=_floats(now))


def _places(then: pl.Series, now: pl.Series) -> tuple[tuple[str, ...], np.ndarray]:
    """The different values of both sides as text, and for each row the place of its own."""
    values = pl.concat([then, now]).alias("value")
    if values.dtype.is_float():
        values = values.replace_strict({0.0: "false", 1.0: "true"}, default=values.cast(pl.String), return_dtype=pl.String)
    values = values.cast(pl.String)
    levels = values.drop_nulls().unique().sort()
    places = values.cast(pl.Enum(levels)).to_physical().cast(pl.Float64).fill_null(float("nan"))
    return tuple(levels), places.to_numpy()


def _floats(values: pl.Series) -> np.ndarray:
    numbers = values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return np.clip(numbers, -np.finfo(np.float32).max, np.finfo(np.float32).max)  # infinities keep their rank and stay comparable


def _answers(subject: Subject, then: np.ndarray | None, now: np.ndarray | None) -> Iterator[Feature]:
    if then is None or now is None:
        return
    if subject.task.kind is TaskKind.REGRESSION:
        yield Feature(name="The prediction", subject="prediction", role=Role.PREDICTION, then=then.astype(float), now=now.astype(float))
        return
    yield from _probabilities(subject, then, now)
    classes = [np.where(np.isnan(side).any(axis=1), np.nan, np.nan_to_num(side).argmax(axis=1)) for side in (then, now)]
    yield Feature(name="The predicted class", subject="predicted class", role=Role.PREDICTION, then=classes[0], now=classes[1], levels=subject.task.classes)


def _probabilities(subject: Subject, then: np.ndarray, now: np.ndarray) -> Iterator[Feature]:
    names = subject.task.classes
    if len(names) > _MOST_CLASSES:
        shown = "The largest probability"
        yield Feature(name=shown, subject="largest probability", role=Role.PREDICTION, then=then.max(axis=1), now=now.max(axis=1), of="probabilities")
        return
    for place in range(1 if len(names) == 2 else 0, len(names)):
        shown = f"probability of {names[place]!r}"
        yield Feature(name=f"The {shown}", subject=shown, role=Role.PREDICTION, then=then[:, place], now=now[:, place], of="probabilities")
