"""group-like-column: rows that belong together, such as the visits of one patient.

Where such rows stand on both sides of a split, the score says how well known groups are recognized, not how well new ones are predicted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.core.task import Column, ColumnKind
from luthier.data.dataset import Dataset
from luthier.data.kinds import looks_like_identifier

NAME = "group-like-column"
_FEWEST_GROUPS, _MANY_LEVELS, _ROWS_A_LEVEL = 10, 50, 20
_GROUP_NAME = re.compile(r"(patient|subject|customer|user|client|person|participant|session|household|family|student|employee|account|device|machine)s?$")


def check(dataset: Dataset) -> Iterable[Finding]:
    """Propose `--group` for each column whose values repeat and name somebody or something."""
    if dataset.schema.group is not None:
        return
    for column in dataset.schema.columns:
        if column.kind not in (ColumnKind.CATEGORY, ColumnKind.IDENTIFIER, ColumnKind.NUMERIC) or column.name == dataset.schema.time:
            continue
        named = _names_somebody(column)
        if not named and column.kind is not ColumnKind.CATEGORY:
            continue
        groups = dataset.frame[column.name].n_unique()
        if named and _FEWEST_GROUPS <= groups <= dataset.rows / 2:
            yield _finding(column.name, groups, dataset.rows, Severity.WARN)
        elif column.kind is ColumnKind.CATEGORY and groups >= _MANY_LEVELS and dataset.rows / _ROWS_A_LEVEL <= groups <= dataset.rows / 2:
            yield _finding(column.name, groups, dataset.rows, Severity.NOTE)


def _names_somebody(column: Column) -> bool:
    if column.kind is ColumnKind.NUMERIC and not column.dtype.startswith(("Int", "UInt")):
        return False
    return looks_like_identifier(column.name) or _GROUP_NAME.search(column.name.lower()) is not None


def _finding(name: str, groups: int, rows: int, severity: Severity) -> Finding:
    return Finding(
        name=NAME,
        severity=severity,
        evidence=f"Column {name!r} has {groups:,} values that repeat, {rows / groups:.1f} rows each.",
        remedy=f"If rows with one value belong together and you will predict new ones, give --group {name}: then each stays on one side of every split.",
        columns=(name,),
    )
