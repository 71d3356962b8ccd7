"""after-the-fact-missingness: whether a column is filled in tells the answer.

A date of discharge, a reason of cancellation: filled in once the outcome is known. At a prediction such a column is always empty.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.checks.sample import sample_rows, sampled_words
from luthier.data.checks.single_column import target_matrix
from luthier.data.dataset import Dataset
from luthier.data.wording import kind_option

NAME = "after-the-fact-missingness"
EQUAL, CLOSE = 0.98, 0.8
"Absolute correlation between being missing and a class (or the number) from which it is refused, or warned of."
_ROWS, _CELLS, _FEWEST, _ENOUGH_ROWS = 100_000, 20_000_000, 10, 100


def check(dataset: Dataset) -> Iterable[Finding]:
    """Compare where values are missing with the target."""
    counts = dataset.frame.select(column.name for column in dataset.schema.inputs).null_count().row(0, named=True)
    names = [name for name, count in counts.items() if _FEWEST <= count <= dataset.rows - _FEWEST]
    if not names or dataset.rows < _ENOUGH_ROWS:
        return
    rows = sample_rows(dataset, most=min(_ROWS, max(_CELLS // len(names), 1_000)), purpose=NAME)
    missing = np.column_stack([dataset.frame[name].is_null().to_numpy()[rows] for name in names]).astype(np.float32)
    agreement = _correlations(missing, target_matrix(dataset, rows))
    for name, by_output in zip(names, agreement, strict=True):
        if (strength := float(np.abs(by_output).max())) >= CLOSE:
            yield _finding(
                dataset, name, int(np.abs(by_output).argmax()), strength, float(by_output[np.abs(by_output).argmax()]) > 0, sampled_words(rows, dataset)
            )


def _correlations(missing: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Shape: [columns, classes]."""
    spread_missing, spread_targets = missing.std(0), targets.std(0)
    covariance = (missing - missing.mean(0)).T @ (targets - targets.mean(0)) / len(missing)
    spread = np.outer(spread_missing, spread_targets)
    return np.divide(covariance, spread, out=np.zeros_like(covariance), where=spread > 0)


def _finding(dataset: Dataset, name: str, output: int, strength: float, positive: bool, sampled: str) -> Finding:
    answer = f"the class {dataset.task.classes[output]!r}" if dataset.task.kind.is_classification else "the target"
    if dataset.task.kind.is_classification and not positive:
        answer = f"every class but {dataset.task.classes[output]!r}"
    return Finding(
        name=NAME,
        severity=Severity.REFUSE if strength >= EQUAL else Severity.WARN,
        evidence=f"Column {name!r} is missing where the target is {answer}: the correlation is {strength:.3f} ({sampled})."
        if dataset.task.kind.is_classification
        else f"That column {name!r} is missing goes with {answer}: the correlation is {strength:.3f} ({sampled}).",
        remedy=f"Is it filled in only after the answer is known? Then leave it out: {kind_option(name)}.",
        columns=(name,),
    )
