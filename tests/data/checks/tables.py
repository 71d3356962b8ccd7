"""Tables for the tests of checks: an honest one, and what a single check says of a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from luthier.core.findings import Finding
from luthier.data import CHECKS, build_dataset

ROWS = 1_000


def honest(rows: int = ROWS, *, seed: int = 0) -> dict[str, Any]:
    """A table in which three numbers say something about a rare illness and one says nothing."""
    rng = np.random.default_rng(seed)
    ill = rng.random(rows) < 0.3
    table: dict[str, Any] = {f"test_{number}": rng.normal(size=rows) + ill for number in range(3)}
    return {**table, "noise": rng.normal(size=rows), "ill": np.where(ill, "yes", "no")}


def findings(check: str, table: Any, *, target: str = "ill", **options: Any) -> list[Finding]:
    """What one check finds in a table."""
    return list(CHECKS[check](build_dataset(table, target=target, **options)))


def found(check: str, table: Any, *, target: str = "ill", **options: Any) -> list[tuple[str, str]]:
    """Severity and evidence of what one check finds."""
    return [(finding.severity.value, finding.evidence) for finding in findings(check, table, target=target, **options)]
