"""Blocks of delimited text in the types that a sample of their rows has settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from luthier.data.cells import parse_booleans, parse_numbers, without_markers
from luthier.data.date_texts import ISO, parse_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class CellTypes:
    """What the cells of each column are: the types that reading a sample as a table of its own gave."""

    dtypes: Mapping[str, pl.DataType]
    decimal_comma: bool = False
    "True where the separator is a semicolon: `1,5` is a number."
    words: tuple[str, ...] = ()
    "Missing markers that are a class of the target."
    target: str = ""

    def read(self, text: pl.DataFrame) -> pl.DataFrame:
        """The columns that are there, each in its type; a column that holds a cell of another kind stays text."""
        return text.with_columns([self._column(text[name]) for name in text.columns])

    def _column(self, text: pl.Series) -> pl.Series:
        cleared, _ = without_markers(text, keep=self.words if text.name == self.target else ())
        parsed = self._parsed(cleared, self.dtypes[text.name])
        return parsed.alias(text.name) if parsed.null_count() == cleared.null_count() else cleared

    def _parsed(self, text: pl.Series, dtype: pl.DataType) -> pl.Series:
        if dtype.is_integer() or dtype.is_float():
            return self._numbers(text)
        if dtype == pl.Boolean:
            return parse_booleans(text).cast(pl.Boolean)
        if dtype == pl.Time:
            return text.str.to_time(strict=False)
        return parse_dates(text, ISO) if dtype.is_temporal() else text

    def _numbers(self, text: pl.Series) -> pl.Series:
        """Integers where all are: categories of integers are named without a point."""
        integers = text.str.strip_chars().cast(pl.Int64, strict=False)
        if integers.null_count() == text.null_count():
            return integers
        return parse_numbers(text.str.replace(",", ".", literal=True) if self.decimal_comma else text)
