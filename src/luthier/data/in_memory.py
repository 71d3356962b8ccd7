"""Tables that are in memory already: Polars, pandas, Arrow, NumPy and plain mappings, into a Polars frame. Nothing given is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from luthier.core.errors import ColumnUnusable, DataUnreadable
from luthier.data.delimited import refuse_duplicate_names


def from_memory(table: Any) -> pl.DataFrame:
    """A Polars frame of anything that `read_table` takes, files aside."""
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, (pa.Table, pa.RecordBatch)):
        refuse_duplicate_names(table.schema.names, "the Arrow table")
        return pl.DataFrame(pl.from_arrow(table))
    if isinstance(table, np.ndarray):
        return _from_numpy(table)
    if isinstance(table, Mapping):
        return _from_columns((str(name), values) for name, values in table.items())
    if hasattr(table, "columns") and hasattr(table, "to_numpy") and hasattr(table, "iloc"):
        return _from_pandas(table)
    raise DataUnreadable(
        f"A table must be a path, a Polars or pandas frame, an Arrow table, a NumPy array or a mapping of columns, but a {type(table).__name__} came."
    )


def _from_numpy(array: np.ndarray) -> pl.DataFrame:
    if array.dtype.names:
        return _from_columns((name, array[name]) for name in array.dtype.names)
    if array.ndim not in (1, 2):
        raise DataUnreadable(f"A NumPy table must have one or two axes, rows and columns, but an array of shape {array.shape} came.")
    columns = array.reshape(len(array), -1)
    return _from_columns((f"x{position}", columns[:, position]) for position in range(columns.shape[1]))


def _from_pandas(table: Any) -> pl.DataFrame:
    names = [str(name) for name in table.columns]
    refuse_duplicate_names(names, "the pandas frame")
    try:
        return pl.from_pandas(table, schema_overrides=None).rename(dict(zip(map(str, table.columns), names, strict=True)))
    except (TypeError, ValueError, pa.ArrowException, pl.exceptions.PolarsError):
        return _from_columns((name, table.iloc[:, position].array) for position, name in enumerate(names))


def _from_columns(columns: Iterable[tuple[str, Any]]) -> pl.DataFrame:
    series = [_series(name, values) for name, values in columns]
    heights = {len(column): column.name for column in series}
    if len(heights) > 1:
        raise DataUnreadable("All columns must have as many rows, but " + " and ".join(f"{name!r} has {height}" for height, name in heights.items()) + ".")
    return pl.DataFrame(series)


def _series(name: str, values: Any) -> pl.Series:
    if isinstance(values, pl.Series):
        return values.alias(name)
    if isinstance(values, np.ndarray) and values.dtype != object:
        return pl.Series(name, np.ascontiguousarray(values))
    cells = [None if _is_missing(cell) else cell.item() if isinstance(cell, np.generic) else cell for cell in values]
    try:
        return pl.Series(name, cells)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise _mixed(name, cells) from error


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell) or type(cell).__name__ in ("NAType", "NaTType")


def _called(cell: Any) -> str:
    words = {bool: "truth values", int: "numbers", float: "numbers", str: "text"}
    return words.get(type(cell), f"values of type {type(cell).__name__}")


def _mixed(name: str, cells: Sequence[Any]) -> ColumnUnusable:
    present = [(row, cell) for row, cell in enumerate(cells, 1) if cell is not None]
    first = present[0][1]
    row, other = next(((row, cell) for row, cell in present if type(cell) is not type(first)), present[0])
    return ColumnUnusable(
        f"A column must hold one type, but column {name!r} mixes {_called(first)} and {_called(other)} (first: {other!r} in row {row}). "
        "Make all of its values numbers, or all of them text.",
        column=name,
    )
