"""target-is-code: integers that could be classes or a number."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.dataset import Dataset
from luthier.data.kinds import looks_like_code

NAME = "target-is-code"
_FEW_NUMBERS = 50


def check(dataset: Dataset) -> Iterable[Finding]:
    """Say how an integer target was taken, where the user did not state it."""
    task = dataset.task
    if not task.guessed or task.target_dtype in ("String", "Boolean"):
        return
    if task.kind.is_classification and len(task.classes) > 2:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"The target {task.target!r} holds {len(task.classes)} different integers from {task.classes[0]} to {task.classes[-1]}; "
            "each is taken for a class, without an order.",
            remedy="If it is an amount or a grade, give --task regression; if it is a code, --task classification ends this message.",
        )
    if not task.kind.is_classification and task.target_dtype.startswith(("Int", "UInt")):
        different = len(np.unique(dataset.target))
        if looks_like_code(task.target) or different <= _FEW_NUMBERS:
            yield Finding(
                name=NAME,
                severity=Severity.WARN if looks_like_code(task.target) else Severity.NOTE,
                evidence=f"The target {task.target!r} holds {different:,} different integers; they are taken for amounts.",
                remedy="If they are codes, give --task classification; if they are amounts, --task regression ends this message.",
            )
