"""few-rows: so few rows that every score is loose."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset

NAME = "few-rows"
FEW = 200
"Below this many rows the sealed test holds fewer than 40."


def check(dataset: Dataset) -> Iterable[Finding]:
    """Compare the rows with what a score needs, and with the columns."""
    columns = len(dataset.schema.inputs)
    if dataset.rows < FEW:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"The table has {dataset.rows} rows with a target, so the sealed test holds about {dataset.rows // 5}.",
            remedy="Expect wide intervals around every score. More rows help more than more time.",
        )
    if columns > dataset.rows:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"The table has more inputs ({columns:,}) than rows ({dataset.rows:,}), so some fit the target by chance.",
            remedy="Leave out columns that cannot matter, or add rows.",
        )
