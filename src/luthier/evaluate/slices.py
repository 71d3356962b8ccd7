"""Slices: the parts of a table in which a model might be worse although it is better on the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.evaluate.answers import Booleans, Floats

FEWEST_SLICE_ROWS = 50
"A slice of fewer rows is not judged: it would be called worse, or not, by luck."
MOST_COLUMNS = 20
"Columns that are sliced; the first ones of the table where there are more."
_MOST_LEVELS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Some of the rows, and what they have in common."""

    column: str
    level: str
    "A category, a range of numbers, `missing`, or a class."
    inside: Booleans
    "Which rows: one truth value each."

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self.inside.sum())


def slice_rows(inputs: pl.DataFrame, *, predicted: np.ndarray | None = None, fewest_rows: int = FEWEST_SLICE_ROWS) -> tuple[Slice, ...]:
    """Every frequent category, every quarter of a number's range and every answered class that has rows enough.

    Args:
        predicted: name of the answered class of each row.

    Example:
        >>> table = pl.DataFrame({"sex": ["f", "m"] * 60, "age": range(120)})
        >>> [(part.column, part.level, part.rows) for part in slice_rows(table, fewest_rows=40)]
        [('sex', 'f', 60), ('sex', 'm', 60)]
    """
    found = [part for name in inputs.columns[:MOST_COLUMNS] for part in _of_column(inputs[name])]
    if predicted is not None:
        found += [Slice(column="prediction", level=str(level), inside=predicted == level) for level in np.unique(predicted)]
    return tuple(part for part in found if part.rows >= fewest_rows and part.rows < len(part.inside))


def _of_column(column: pl.Series) -> Iterator[Slice]:
    missing = column.is_null().to_numpy()
    yield Slice(column=column.name, level="missing", inside=missing)
    if column.dtype.is_numeric() and column.n_unique() > 5:
        yield from _quarters(column.name, column.cast(pl.Float64).fill_null(np.nan).to_numpy())
    elif not column.dtype.is_temporal() and not column.dtype.is_nested() and column.dtype != pl.Binary:
        yield from _levels(column)


def _levels(column: pl.Series) -> Iterator[Slice]:
    text = column.cast(pl.String)
    frequent = text.drop_nulls().value_counts(sort=True).head(_MOST_LEVELS)[column.name].to_list()
    for level in sorted(frequent):
        yield Slice(column=column.name, level=level, inside=(text == level).fill_null(False).to_numpy())


def _quarters(name: str, numbers: Floats) -> Iterator[Slice]:
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, (0.0, 0.25, 0.5, 0.75, 1.0)))
    for position, (low, high) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        above = numbers >= low if position == 0 else numbers > low
        yield Slice(column=name, level=f"{low:.4g} to {high:.4g}", inside=above & (numbers <= high))
