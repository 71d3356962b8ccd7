"""duplicate-rows: rows that repeat another in every column, the target included."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset

NAME = "duplicate-rows"
MANY = 0.05
"Share of repeated rows from which it is a warning."


def check(dataset: Dataset) -> Iterable[Finding]:
    """Count the rows that were there before."""
    hashes = dataset.frame.with_columns(pl.Series("\0target", dataset.target)).hash_rows(seed=0)
    repeated = dataset.rows - hashes.n_unique()
    if repeated:
        share = repeated / dataset.rows
        yield Finding(
            name=NAME,
            severity=Severity.WARN if share >= MANY else Severity.NOTE,
            evidence=f"{repeated:,} of {dataset.rows:,} rows ({share:.1%}) repeat an earlier row in every column.",
            remedy="Equal rows stay on one side of every split. Remove them if they are copies by mistake.",
        )
