"""non-finite-number: infinite numbers in an input."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from luthier.core.findings import Finding, Severity
from luthier.core.task import ColumnKind
from luthier.data.dataset import Dataset

NAME = "non-finite-number"


def check(dataset: Dataset) -> Iterable[Finding]:
    """Count infinities; what is not a number counts as missing and is no matter."""
    names = [column.name for column in dataset.schema.inputs if column.kind is ColumnKind.NUMERIC]
    if not names:
        return
    counts = dataset.frame.select(pl.col(names).is_infinite().sum()).row(0, named=True)
    found = {name: count for name, count in counts.items() if count}
    if found:
        shown = ", ".join(f"{name!r} ({count:,})" for name, count in list(found.items())[:8])
        yield Finding(
            name=NAME,
            severity=Severity.REFUSE,
            evidence=f"Inputs must be finite numbers, but these columns hold infinite ones: {shown}.",
            remedy="Put the right number there, or leave the cell empty if it is not known.",
            columns=tuple(found),
        )
