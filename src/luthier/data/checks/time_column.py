"""time-like-column: the rows have an order in time, and a random split would let the network see the future."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from luthier.core.findings import Finding, Severity
from luthier.core.task import Column, ColumnKind
from luthier.data.checks.sample import sample_rows
from luthier.data.checks.single_column import column_values, explained_share, quantile_codes, target_matrix
from luthier.data.dataset import Dataset

NAME = "time-like-column"
MOVES = 0.02
"Share of the target's variance between ten periods from which the target is said to move with time."
_ROWS, _FEWEST_MOMENTS = 100_000, 10
_YEAR = re.compile(r"(^|[^a-z])(year|timestamp|epoch)([^a-z]|$)")


def check(dataset: Dataset) -> Iterable[Finding]:
    """Propose `--time` for each column that may order the rows."""
    if dataset.schema.time is not None:
        return
    for column in dataset.schema.inputs:
        if not _may_be_time(column, dataset.frame[column.name]):
            continue
        moved, ordered = _moves(dataset, column), dataset.frame[column.name].is_sorted() or dataset.frame[column.name].is_sorted(descending=True)
        seen = " and ".join(
            words
            for words, holds in (
                ("the rows are in its order", ordered),
                (f"the target moves with it ({moved:.0%} of the variance of its rank lies between ten periods)", moved >= MOVES),
            )
            if holds
        )
        yield Finding(
            name=NAME,
            severity=Severity.WARN if seen else Severity.NOTE,
            evidence=f"Column {column.name!r} holds moments in time" + (f"; {seen}." if seen else ", but neither the rows nor the target follow it."),
            remedy=f"If you will predict rows that come later, give --time {column.name}: then later rows judge what earlier rows taught."
            if seen
            else f"If rows to be predicted come later than these, give --time {column.name}.",
            columns=(column.name,),
        )


def _may_be_time(column: Column, values: pl.Series) -> bool:
    if column.kind is ColumnKind.DATETIME:
        return values.n_unique() >= _FEWEST_MOMENTS
    if column.kind is not ColumnKind.NUMERIC or not _YEAR.search(column.name.lower()):
        return False
    numbers = values.drop_nulls().to_numpy()
    return bool(((numbers >= 1900) & (numbers <= 2100)).all() or ((numbers >= 5e8) & (numbers <= 5e9)).all())


def _moves(dataset: Dataset, column: Column) -> float:
    rows = sample_rows(dataset, most=_ROWS, purpose=NAME)
    return explained_share(quantile_codes(column_values(dataset.frame[column.name][rows], column.kind), 10), target_matrix(dataset, rows))
