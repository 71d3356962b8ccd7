"""Layout: which numbers and codes a network sees of each column. Structure only, the same for all folds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Int

from luthier.core.findings import Event
from luthier.core.task import Column, ColumnKind, InputShape, Schema
from luthier.data.dates import DATE_PARTS, date_parts, seconds_since_1970
from luthier.data.text import BUCKETS, TOPICS

MAX_LEVELS = 1_000
"Categories of a column that are told apart: the most frequent."
MIN_ROWS_PER_LEVEL = 2
"A category seen in fewer training rows counts as unseen: nothing can be learned from one row and judged on another."


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFeature:
    """One continuous input."""

    column: str
    "The column that it is made of."
    part: str
    "`value` of a number; a date part such as `timestamp` or `week_sin`; `topic_3` of a text."


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFeature:
    """One categorical input."""

    column: str
    "The column that it is made of."
    purpose: str
    "`category`, `boolean`, or `missing`: whether the column has a value."
    levels: tuple[str, ...]
    "Code i + 1 stands for levels[i]; the level `''` of a category is the missing value. Code 0 is what training never saw."


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The inputs of a network in their order.

    Numbers: values, then date parts, then topics. Codes: categories, then booleans, then missing-flags of numbers,
    booleans and dates, then missing-flags of texts. Within each, the order of the table.
    """

    numbers: tuple[NumberFeature, ...]
    codes: tuple[CodeFeature, ...]

    @property
    def input_shape(self) -> InputShape:
        """What a network needs to know to be built."""
        return InputShape(numbers=len(self.numbers), cardinalities=tuple(len(feature.levels) + 1 for feature in self.codes))

    @property
    def offsets(self) -> Int[np.ndarray, " codes"]:
        """Where each feature's codes begin when all codes of all features stand in one line."""
        return np.cumsum([0, *self.input_shape.cardinalities])[:-1]

    def number_blocks(self) -> Iterator[tuple[str, slice, tuple[str, ...]]]:
        """For each column that gives numbers: its name, where its numbers are, and its parts."""
        first = 0
        for column, features in groupby(self.numbers, key=lambda feature: feature.column):
            parts = tuple(feature.part for feature in features)
            yield column, slice(first, first + len(parts)), parts
            first += len(parts)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Layout:
        """The layout that `to_json` wrote."""
        numbers = tuple(NumberFeature(**feature) for feature in record["numbers"])
        codes = tuple(CodeFeature(**{**feature, "levels": tuple(feature["levels"])}) for feature in record["codes"])
        return cls(numbers=numbers, codes=codes)


def fit_layout(frame: pl.DataFrame, schema: Schema) -> Layout:
    """The layout for a typed frame of training rows: those of all folds, never the sealed ones.

    It holds names only, no statistic: a fold that has not seen a level masks it (`Encoding.known`).
    """
    numbers = [NumberFeature(column=name, part="value") for name in _names(schema, ColumnKind.NUMERIC)]
    for name in _names(schema, ColumnKind.DATETIME):
        numbers += [NumberFeature(column=name, part=part) for part in _varying_parts(frame[name])]
    for name in _names(schema, ColumnKind.TEXT):
        numbers += [NumberFeature(column=name, part=f"topic_{i}") for i in range(TOPICS)]

    categories = [(name, _levels(frame[name])) for name in _names(schema, ColumnKind.CATEGORY)]
    codes = [CodeFeature(column=name, purpose="category", levels=levels) for name, levels in categories if levels]
    codes += [CodeFeature(column=name, purpose="boolean", levels=("false", "true")) for name in _names(schema, ColumnKind.BOOLEAN)]
    measured = _names(schema, ColumnKind.NUMERIC, ColumnKind.BOOLEAN, ColumnKind.DATETIME)
    gaps = [name for name in [*measured, *_names(schema, ColumnKind.TEXT)] if is_missing(frame[name]).any()]
    codes += [CodeFeature(column=name, purpose="missing", levels=("present", "missing")) for name in gaps]
    return Layout(numbers=tuple(numbers), codes=tuple(codes))


def layout_events(frame: pl.DataFrame, schema: Schema, layout: Layout) -> tuple[Event, ...]:
    """What the layout does not tell apart in these rows, to be reported."""
    kept = {feature.column: feature.levels for feature in layout.codes if feature.purpose == "category"}
    found = [_unseen_levels(column, frame[column.name], kept.get(column.name, ())) for column in schema.inputs if column.kind is ColumnKind.CATEGORY]
    texts = _names(schema, ColumnKind.TEXT)
    hashed = [
        Event(name="text-hashed", what=f"Column {name!r} is free text: its words and word pairs fall into {BUCKETS:,} buckets, reduced to {TOPICS} numbers.")
        for name in texts
    ]
    return tuple([event for event in found if event is not None] + hashed)


def is_missing(values: pl.Series) -> pl.Series:
    """Where a typed column has no value: null, NaN or the empty text."""
    if values.dtype == pl.String:
        return values.is_null() | (values == "").fill_null(False)
    if values.dtype.is_float():
        return values.is_null() | values.is_nan().fill_null(False)
    return values.is_null()


def _names(schema: Schema, *kinds: ColumnKind) -> list[str]:
    return [column.name for column in schema.inputs if column.kind in kinds]


def _levels(values: pl.Series) -> tuple[str, ...]:
    counts = values.fill_null("").alias("level").value_counts(name="rows").filter(pl.col("rows") >= MIN_ROWS_PER_LEVEL)
    frequent = counts.sort(["rows", "level"], descending=[True, False]).head(MAX_LEVELS)
    return tuple(frequent["level"].sort())


def _varying_parts(moments: pl.Series) -> list[str]:
    present = moments.drop_nulls()
    if present.is_empty():
        return []
    parts = date_parts(seconds_since_1970(present))
    return [name for name, varies in zip(DATE_PARTS, np.ptp(parts, axis=0) > 0, strict=True) if varies]


def _unseen_levels(column: Column, values: pl.Series, levels: tuple[str, ...]) -> Event | None:
    rare = values.fill_null("").alias("level").value_counts(name="rows").filter(~pl.col("level").is_in(levels))
    if rare.is_empty():
        return None
    what = (
        f"Column {column.name!r}: {len(levels):,} of {len(levels) + len(rare):,} different values are told apart; the others "
        f"({rare['rows'].sum():,} rows) are too rare and count as unseen."
    )
    return Event(name="rare-levels", what=what)
