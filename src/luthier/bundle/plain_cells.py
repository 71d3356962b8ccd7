"""Many small questions without a table in between: rows are read cell by cell, and only those that need interpretation become a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, TypeAlias

import numpy as np

from luthier.bundle.inputs import TEXT_KINDS, input_name, onnx_inputs
from luthier.bundle.single_row import READERS
from luthier.core.errors import ColumnMissing, ColumnUnusable
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.read import read_table
from luthier.data.typed import typed_frame

Cell: TypeAlias = float | str | np.ndarray
"What an input of the graph is fed of one row: a number, a text, or the pixels of an image."
Cells: TypeAlias = list[list[Cell]]
"One list for each input of the graph, in their order, with one cell a row."

_EPOCH, _MICROSECOND = datetime(1970, 1, 1), timedelta(microseconds=1)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?")
_SINGLE = (str, int, float, NoneType, datetime, date, time, timedelta, Decimal, np.generic)


class RowReader:
    """Reads rows for a model of tables: a row gives the same cells alone and among others. Threads may share it."""

    def __init__(self, schema: Schema) -> None:
        self.schema, self._columns = schema, schema.inputs
        self._readers = [(column.name, _READERS[column.kind]) for column in self._columns]
        self._dtypes = [(input_name(column.name), object if column.kind in TEXT_KINDS else np.float64) for column in self._columns]

    def plain(self, rows: Sequence[Mapping[str, Any]]) -> Cells | None:
        """The cells of rows that need no interpretation, 0.3 µs each; None where a row does, or lacks a column."""
        cells: Cells = []
        for name, readers in self._readers:
            try:
                column_cells = [readers[type(value := row[name])](value) for row in rows]
            except KeyError:
                return None
            if None in column_cells:
                return None
            cells.append(column_cells)  # type: ignore[arg-type]
        return cells

    def read(self, rows: Sequence[Mapping[str, Any]]) -> Cells:
        """The cells of any rows.

        Raises:
            ColumnMissing, ColumnUnusable: a row cannot be answered; the message names the first that cannot.
        """
        plain = self.plain(rows)
        if plain is not None:
            return plain
        for place, row in enumerate(rows):
            self._require_single_values(row, place)
        if self._has_one_type_a_column(rows):
            return self._by_table(rows)
        parts = [self._read_alone(row, place) for place, row in enumerate(rows)]
        return [[cell for part in parts for cell in part[place]] for place in range(len(self._columns))]

    def inputs(self, cells: Cells) -> dict[str, np.ndarray]:
        """What the graph is fed."""
        return {name: np.array(values, dtype=dtype) for (name, dtype), values in zip(self._dtypes, cells, strict=True)}

    def missing(self) -> Cells:
        """A row in which every value is missing."""
        return [["" if column.kind in TEXT_KINDS else np.nan] for column in self._columns]

    def _require_single_values(self, row: Mapping[str, Any], place: int) -> None:
        for column in self._columns:
            if column.name not in row:
                raise ColumnMissing(column.name, [str(name) for name in row], purpose="is an input")
            if not isinstance(row[column.name], _SINGLE):
                raise _no_single_value(column, row[column.name], place)

    def _has_one_type_a_column(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        return all(len({type(row[column.name]) for row in rows} - {NoneType}) <= 1 for column in self._columns)

    def _read_alone(self, row: Mapping[str, Any], place: int) -> Cells:
        plain = self.plain([row])
        if plain is not None:
            return plain
        try:
            return self._by_table([row])
        except ColumnUnusable as error:
            before, found, after = str(error).rpartition("row 1")
            raise ColumnUnusable(f"{before}row {place + 1}{after}" if found else str(error), column=error.column) from error

    def _by_table(self, rows: Sequence[Mapping[str, Any]]) -> Cells:
        table = read_table({column.name: [row[column.name] for row in rows] for column in self._columns})
        return [values.tolist() for values in onnx_inputs(typed_frame(table, self.schema), self.schema).values()]


def _no_single_value(column: Column, value: Any, place: int) -> ColumnUnusable:
    return ColumnUnusable(
        f"Column {column.name!r} must hold one value a row, but row {place + 1} holds a {type(value).__name__}. Give text, a number, true, false or null.",
        column=column.name,
    )


def _iso_seconds(text: str) -> float | None:
    """Of the forms that JSON dates mostly have; every other one needs a table."""
    if _ISO.fullmatch(text) is None:
        return None
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND / 1e6
    except ValueError:
        return None


_Reader: TypeAlias = Callable[[Any], float | str | None]
_READERS: Mapping[ColumnKind, Mapping[type, _Reader]] = {**READERS, ColumnKind.DATETIME: {**READERS[ColumnKind.DATETIME], str: _iso_seconds}}
