"""Label coverage: how many rows have their truth by now, and whether those that have it are like the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from luthier.evaluate.answers import Booleans
from luthier.evaluate.records import AbstractRecord

_NEARLY_ALL = 0.95
_UNLIKE = 4.0  # standard errors between labeled and other rows that luck does not explain, however often one looks


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelCoverage(AbstractRecord):
    """How far the labels of a window have come."""

    rows: int
    "Answered rows."
    labeled: int
    "Those of them whose truth is known."
    oldest: float
    "Share of labeled rows in the oldest third of the window."
    newest: float
    "Share of labeled rows in the newest third."
    median_delay_seconds: float | None
    "From a prediction to its label; None where nobody knows."
    unlike: str
    "How labeled rows differ from the others, for the middle of a sentence; empty where they do not."

    @property
    def share(self) -> float:
        """Share of the rows whose truth is known."""
        return self.labeled / self.rows if self.rows else 0.0

    @property
    def sentence(self) -> str:
        """How far to trust a score of the labeled rows."""
        delay = "" if self.median_delay_seconds is None else f", after {_duration(self.median_delay_seconds)} in the median"
        opening = f"{self.labeled:,} of {self.rows:,} rows have a label{delay}"
        if self.share >= _NEARLY_ALL:
            return f"{opening}."
        recent = f" ({100 * self.newest:.0f} % of the newest third, {100 * self.oldest:.0f} % of the oldest)"
        bias = f"they differ from the others: {self.unlike}" if self.unlike else "labels that come fast may belong to rows unlike the rest"
        return f"{opening}{recent}; {bias}."

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> LabelCoverage:
        """The coverage that `to_json` wrote."""
        return cls(**record)


def measure_coverage(labeled: Booleans, predictions: np.ndarray, *, median_delay_seconds: float | None = None) -> LabelCoverage:
    """Count the labels, old and new.

    Args:
        labeled: which rows have a label, in the order of time.
        predictions: the answers to these rows.

    Example:
        >>> measure_coverage(np.arange(90) < 45, np.full((90, 2), 0.5)).sentence
        '45 of 90 rows have a label (0 % of the newest third, 100 % of the oldest); labels that come fast may belong to rows unlike the rest.'
    """
    third = max(len(labeled) // 3, 1)
    return LabelCoverage(
        rows=len(labeled),
        labeled=int(labeled.sum()),
        oldest=float(labeled[:third].mean()) if len(labeled) else 0.0,
        newest=float(labeled[-third:].mean()) if len(labeled) else 0.0,
        median_delay_seconds=median_delay_seconds,
        unlike=_difference(labeled, predictions),
    )


def _difference(labeled: Booleans, predictions: np.ndarray) -> str:
    """What the model answered to labeled and to other rows, where that is not the same."""
    if min(labeled.sum(), (~labeled).sum()) < 50:
        return ""
    answers = predictions.max(axis=1) if predictions.ndim == 2 else predictions
    with_label, without = answers[labeled], answers[~labeled]
    doubt = math.sqrt(with_label.var(ddof=1) / len(with_label) + without.var(ddof=1) / len(without))
    if abs(with_label.mean() - without.mean()) <= _UNLIKE * doubt:
        return ""
    of = "their highest probability" if predictions.ndim == 2 else "their prediction"
    return f"{of} is {with_label.mean():.3g} on average, that of the others {without.mean():.3g}"


def _duration(seconds: float) -> str:
    for size, name in ((86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} seconds"
