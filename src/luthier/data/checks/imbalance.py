"""class-imbalance: classes that are rare beside the others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset

NAME = "class-imbalance"
RARE, VERY_RARE = 0.1, 0.01
"Share of the rows, in units of an equal share among two classes (see `check`), from which it is noted or warned of."


def check(dataset: Dataset) -> Iterable[Finding]:
    """Compare the rarest class with an equal share; with two classes the thresholds are 10 % and 1 % of the rows."""
    if not dataset.task.kind.is_classification:
        return
    shares = np.bincount(dataset.target, minlength=len(dataset.task.classes)) / dataset.rows
    rarest = int(shares.argmin())
    relative = shares[rarest] * len(shares) / 2
    if relative < RARE:
        commonest, most = dataset.task.classes[int(shares.argmax())], f"{shares.max():.1%}"
        yield Finding(
            name=NAME,
            severity=Severity.WARN if relative < VERY_RARE else Severity.NOTE,
            evidence=f"The class {dataset.task.classes[rarest]!r} has {shares[rarest]:.2%} of the {dataset.rows_called}, while {commonest!r} has {most}.",
            remedy="Judge by balanced accuracy or by precision and recall, not by accuracy; state what errors cost with --cost where there are two classes.",
        )
