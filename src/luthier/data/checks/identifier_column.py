"""identifier-column: columns that name rows, which a network could only memorize."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from luthier.core.findings import Finding, Severity
from luthier.core.task import ColumnKind
from luthier.data.dataset import Dataset
from luthier.data.wording import kind_option, listed

NAME = "identifier-column"
_ENOUGH_ROWS = 100


def check(dataset: Dataset) -> Iterable[Finding]:
    """Name the columns that were left out, and those that number the rows but were not."""
    left_out = [column.name for column in dataset.schema.columns if column.kind is ColumnKind.IDENTIFIER and column.guessed]
    if left_out:
        yield Finding(
            name=NAME,
            severity=Severity.NOTE,
            evidence=f"Columns that name rows were left out: {listed(left_out)}.",
            remedy=f"If one means something, state its kind: {kind_option(left_out[0], 'category')}.",
            columns=tuple(left_out),
        )
    counting = [column.name for column in dataset.schema.inputs if column.kind is ColumnKind.NUMERIC and _numbers_rows(dataset.frame[column.name])]
    if counting:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"Columns that number the rows in their order are inputs: {listed(counting)}.",
            remedy=f"If the number means nothing, leave it out: {kind_option(counting[0])}; if it is an order in time, give --time {counting[0]}.",
            columns=tuple(counting),
        )


def _numbers_rows(series: pl.Series) -> bool:
    if len(series) < _ENOUGH_ROWS or series.null_count() or series[0] not in (0, 1) or series[-1] - series[0] != len(series) - 1:
        return False
    return bool((series.diff().drop_nulls() == 1).all())
