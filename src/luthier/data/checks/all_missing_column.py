"""all-missing-column: columns without a single value."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset
from luthier.data.wording import listed

NAME = "all-missing-column"


def check(dataset: Dataset) -> Iterable[Finding]:
    """Name the columns that are empty."""
    names = [name for name, count in dataset.frame.null_count().row(0, named=True).items() if count == dataset.rows]
    if names:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"Columns without any value say nothing: {listed(names)}.",
            remedy="Look at the source: an export or a join may have gone wrong.",
            columns=tuple(names),
        )
