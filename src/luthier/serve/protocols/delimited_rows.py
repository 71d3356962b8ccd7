"""Delimited text in a request, as rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from luthier.core.errors import RequestRefused
from luthier.core.task import Schema
from luthier.data.cells import MISSING_MARKERS
from luthier.data.text_cells import CellTypes
from luthier.serve.question import Few, Row, any_number

_NUMBERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64)
_TYPES: dict[str, pl.DataType] = {str(dtype): dtype() for dtype in (*_NUMBERS, pl.Boolean)}
"Types, as the fit read the columns, in which cells are read again; all others stay text, which the model's schema reads."
_MISSING = frozenset(("", *MISSING_MARKERS))


def rows_of_csv(body: bytes, schema: Schema, few: Few = any_number) -> tuple[Row, ...]:
    """The rows of a CSV with commas and a header, each cell in the type in which the fit read its column.

    Args:
        few: refuses too many rows.

    Raises:
        RequestRefused: it is no such text, with status 400.

    Example:
        >>> rows_of_csv(b"age,sex\\n31,f\\n,m\\n", Schema(columns=()))
        ({'age': '31', 'sex': 'f'}, {'age': None, 'sex': 'm'})
    """
    names, rows = _cells(body, few)
    types = {column.name: _TYPES.get(column.dtype, pl.String()) for column in schema.columns}
    columns = {name: _typed(name, [row[place] for row in rows], types.get(name)) for place, name in enumerate(names)}
    return tuple(dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _typed(name: str, cells: list[str], dtype: pl.DataType | None) -> list[Any]:
    """The cells of one column; those of a column that the model does not know stay text, at a hundredth of the cost: there may be ten thousand."""
    if dtype is None:
        return [None if cell.strip() in _MISSING else cell for cell in cells]
    text = pl.DataFrame({name: cells}, schema={name: pl.String})
    return CellTypes(dtypes={name: dtype}).read(text)[name].to_list()


def _cells(body: bytes, few: Few) -> tuple[list[str], list[list[str]]]:
    try:
        text = body.decode("utf-8-sig")
        few(sum(1 for _ in _lines(text)) - 1)  # counted before any is kept
        lines = list(_lines(text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise RequestRefused(f"The body must be CSV in UTF-8, but it cannot be read: {error}. Correct it.", status=400) from error
    if not lines:
        raise RequestRefused("A CSV must have a header and rows below it, but nothing came. Send the names of the columns first.", status=400)
    names = [name if name.strip() else f"Unnamed: {place}" for place, name in enumerate(lines[0])]
    _require_table(names, lines[1:])
    return names, lines[1:]


def _lines(text: str) -> Iterator[list[str]]:
    return (line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line)


def _require_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise RequestRefused(f"Column names must differ, but {times} columns are named {name!r}. Rename all but one.", status=400)
    for place, row in enumerate(rows, 1):
        if len(row) != len(names):
            raise RequestRefused(f"Each row must have {len(names)} fields as the header has, but row {place} has {len(row)}. Repair it.", status=400)
