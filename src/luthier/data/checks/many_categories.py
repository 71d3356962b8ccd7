"""many-categories: categories with more levels than can be learned."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.core.task import ColumnKind
from luthier.data.dataset import Dataset
from luthier.data.wording import kind_option

NAME = "many-categories"
MOST_LEVELS, FEW_ROWS_A_LEVEL = 1_000, 3
"Levels that an encoding keeps; and rows a level below which most levels are seen too rarely."
_SOME_LEVELS = 20


def check(dataset: Dataset) -> Iterable[Finding]:
    """Count the levels of each category."""
    for column in dataset.schema.inputs:
        if column.kind is not ColumnKind.CATEGORY:
            continue
        levels = dataset.frame[column.name].drop_nulls().n_unique()
        if levels > MOST_LEVELS or levels > max(_SOME_LEVELS, dataset.rows / FEW_ROWS_A_LEVEL):
            yield Finding(
                name=NAME,
                severity=Severity.WARN,
                evidence=f"Column {column.name!r} has {levels:,} different values in {dataset.rows:,} rows; "
                f"rare ones, and those beyond the {MOST_LEVELS:,} most frequent, count as unknown.",
                remedy=f"Group its values into fewer, or leave it out: {kind_option(column.name)}.",
                columns=(column.name,),
            )
