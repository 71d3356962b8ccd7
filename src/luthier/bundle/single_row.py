"""One row without a table in between: a frame of one row costs more than the networks themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import NoneType
from typing import Any, TypeGuard

import numpy as np
import polars as pl

from luthier.bundle.inputs import input_name
from luthier.core.task import ColumnKind, Schema

_EPOCH, _MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)
_LARGEST_INTEGER = 2**63


def as_single_row(rows: Any) -> Mapping[str, Any] | None:
    """The values of a frame or mapping of one row, by column; None where it is anything else.

    Example:
        >>> as_single_row({"age": [31], "sex": ["f"]}), as_single_row({"age": 31}), as_single_row({"age": [31, 47]})
        ({'age': 31, 'sex': 'f'}, {'age': 31}, None)
    """
    if isinstance(rows, pl.DataFrame):
        return rows.row(0, named=True) if rows.height == 1 else None
    if isinstance(rows, Mapping):
        return _of_mapping(rows)
    if hasattr(rows, "iat") and hasattr(rows, "columns") and len(rows) == 1 and rows.columns.is_unique:
        cells = [rows.iat[0, place] for place in range(len(rows.columns))]
        return {name: cell.item() if isinstance(cell, np.generic) else cell for name, cell in zip(rows.columns, cells, strict=True)}
    return None


def is_row(rows: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether this is a mapping from column to one value, and not to a sequence of them."""
    return isinstance(rows, Mapping) and bool(rows) and all(isinstance(value, str) or not hasattr(value, "__len__") for value in rows.values())


def row_inputs(row: Mapping[str, Any], schema: Schema) -> dict[str, np.ndarray] | None:
    """What `onnx_inputs` gives for a row that needs no interpretation; None where a column is missing or a value needs it."""
    inputs = {}
    for column in schema.inputs:
        if column.name not in row:
            return None
        value = row[column.name]
        read = READERS[column.kind].get(type(value))
        cell = read(value) if read is not None else None
        if cell is None:
            return None
        inputs[input_name(column.name)] = np.array([cell], dtype=object if isinstance(cell, str) else np.float64)
    return inputs


def _of_mapping(rows: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if is_row(rows):
        return rows
    if rows and all(type(values) in (list, tuple) and len(values) == 1 for values in rows.values()):
        return {name: values[0] for name, values in rows.items()}
    return None


def _number(value: int) -> float | None:
    return float(value) if abs(value) < _LARGEST_INTEGER else None


def _truth(value: float) -> float | None:
    return float(value) if value in (0, 1) else None


def _digits(value: int) -> str | None:
    return str(value) if abs(value) < _LARGEST_INTEGER else None


def _seconds(value: datetime) -> float | None:
    return (value - _EPOCH) // _MICROSECOND / 1e6 if value.tzinfo is None else None


_Reader = Callable[[Any], float | str | None]
_NOTHING: dict[type, _Reader] = {NoneType: lambda _: np.nan}
_LABEL: dict[type, _Reader] = {NoneType: lambda _: "", str: str, int: _digits, bool: lambda value: "true" if value else "false"}
READERS: dict[ColumnKind, dict[type, _Reader]] = {
    ColumnKind.NUMERIC: {**_NOTHING, float: float, int: _number, bool: float},
    ColumnKind.BOOLEAN: {**_NOTHING, float: _truth, int: _truth, bool: float},
    ColumnKind.DATETIME: {**_NOTHING, datetime: _seconds},
    ColumnKind.CATEGORY: _LABEL,
    ColumnKind.TEXT: _LABEL,
}
"For each kind of column the types of values that need no interpretation, and what reads them; None where a value does need it."
