"""constant-column: columns that never vary."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.core.task import ColumnKind
from luthier.data.dataset import Dataset
from luthier.data.wording import listed

NAME = "constant-column"


def check(dataset: Dataset) -> Iterable[Finding]:
    """Name the columns that hold one value in every row."""
    names = [column.name for column in dataset.schema.columns if column.kind is ColumnKind.CONSTANT and dataset.frame[column.name].null_count() < dataset.rows]
    if names:
        yield Finding(
            name=NAME,
            severity=Severity.NOTE,
            evidence=f"Columns that hold one value in every row were left out: {listed(names)}.",
            remedy="Nothing is lost. Look at the source if they should vary.",
            columns=tuple(names),
        )
