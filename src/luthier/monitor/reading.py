"""Reading: a table as it came, as a sample whose unreadable cells are counted instead of refused."""

from __future__ import annotations

import numpy as np
import polars as pl

from luthier.core.errors import ColumnMissing, ColumnUnusable
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.cells import as_text, parse_booleans, parse_numbers, without_markers
from luthier.data.date_texts import ISO, parse_dates
from luthier.data.typed import typed_frame
from luthier.monitor.sample import Sample, Unreadable


def read_sample(
    table: pl.DataFrame,
    schema: Schema,
    *,
    predictions: np.ndarray | None = None,
    truth: np.ndarray | None = None,
    at: np.ndarray | None = None,
) -> Sample:
    """The sample of a raw table: cells that their column does not allow become missing, and are counted.

    Raises:
        ColumnMissing: an input column is not there at all.

    Example:
        >>> from luthier.core.task import Column, ColumnKind, Schema
        >>> schema = Schema(columns=(Column(name="age", kind=ColumnKind.NUMERIC, dtype="Int64"),))
        >>> sample = read_sample(pl.DataFrame({"age": ["31", "old", "7"]}), schema)
        >>> sample.frame["age"].to_list(), sample.unreadable["age"].first
        ([31.0, None, 7.0], 'old')
    """
    for column in schema.inputs:
        if column.name not in table.columns:
            raise ColumnMissing(column.name, table.columns, purpose="is an input")
    try:
        return Sample(frame=typed_frame(table, schema), predictions=predictions, truth=truth, at=at)
    except ColumnUnusable:
        cleared, unreadable = table, {}
        for column in schema.inputs:
            series, found = _cleared(table, column)
            if found is not None:
                unreadable[column.name] = found
                cleared = cleared.with_columns(series)
        return Sample(frame=typed_frame(cleared, schema), predictions=predictions, truth=truth, at=at, unreadable=unreadable)


def _cleared(table: pl.DataFrame, column: Column) -> tuple[pl.Series, Unreadable | None]:
    """The column with null where a cell cannot be read, and what such cells are; the column itself where it can be read."""
    series = table[column.name]
    try:
        typed_frame(table.select(column.name), Schema(columns=(column,)))
    except ColumnUnusable:
        text = _as_text(series)
        unread = _parsed(text, column).is_null() & text.is_not_null()
        rows = unread.arg_true()
        found = Unreadable(rows=len(rows), first=str(text[int(rows[0])]), first_row=int(rows[0]) + 1)
        return pl.select(pl.when(~unread).then(text)).to_series().alias(column.name), found
    return series, None


def _as_text(series: pl.Series) -> pl.Series:
    if series.dtype.is_nested() or series.dtype in (pl.Binary, pl.Object):
        return pl.Series(series.name, [None if value is None else repr(value)[:60] for value in series.to_list()], dtype=pl.String)
    return without_markers(as_text(series))[0]


def _parsed(text: pl.Series, column: Column) -> pl.Series:
    if column.kind is ColumnKind.BOOLEAN:
        return parse_booleans(text)
    if column.kind is ColumnKind.NUMERIC:
        return parse_numbers(text)
    if column.kind is ColumnKind.DATETIME:
        dates = parse_dates(text, column.date_format)
        return dates if column.date_format == ISO else dates.zip_with(dates.is_not_null(), parse_dates(text))
    return pl.Series(text.name, [None] * len(text), dtype=pl.String)
