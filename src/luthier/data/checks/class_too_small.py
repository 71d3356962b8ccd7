"""class-too-small: classes with too few rows to be learned and judged."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset
from luthier.data.wording import listed

NAME = "class-too-small"
FEW = 10
"Below this many rows a class's scores say little."


def check(dataset: Dataset) -> Iterable[Finding]:
    """Count the rows of each class."""
    if not dataset.task.kind.is_classification:
        return
    counts = np.bincount(dataset.target, minlength=len(dataset.task.classes))
    by_class = dict(zip(dataset.task.classes, counts.tolist(), strict=True))
    single = [name for name, count in by_class.items() if count == 1]
    few = {name: count for name, count in by_class.items() if 1 < count < FEW}
    if single:
        yield Finding(
            name=NAME,
            severity=Severity.REFUSE,
            evidence=f"A class with one row cannot be both learned and judged: {listed(single)}.",
            remedy=f"Add rows, join the class with another, or remove the row; or give --task regression if {dataset.task.target!r} is a number.",
        )
    if few:
        shown = ", ".join(f"{name!r} has {count}" for name, count in list(few.items())[:8])
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"Some classes have fewer than {FEW} rows: {shown}.",
            remedy="Their scores are loose, and not every fold holds them. Add rows, or join classes.",
        )
