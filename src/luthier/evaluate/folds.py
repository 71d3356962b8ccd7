"""Fold scores with their spread, and how much the best of them promised too much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luthier.evaluate.answers import Floats, Integers
from luthier.evaluate.intervals import Interval
from luthier.evaluate.metric import Metric
from luthier.evaluate.records import AbstractRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldScores(AbstractRecord):
    """The score on each fold's held-out rows."""

    metric: str
    scores: tuple[float, ...]
    mean: float
    spread: float
    "Standard deviation over the folds, with n - 1; NaN for one fold."


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimism(AbstractRecord):
    """The best fold score, by which a choice was made, beside the score on rows that no choice saw."""

    metric: str
    label: str
    best_fold_score: float
    sealed: Interval
    "The score on the sealed rows."
    optimism: float
    "By how much the fold score looked better than the sealed one, in the metric's unit; negative where it looked worse."

    @property
    def is_within_interval(self) -> bool:
        """True where chance alone explains the gap: the fold score lies in the sealed score's interval."""
        return self.sealed.lower <= self.best_fold_score <= self.sealed.upper


def score_folds(metric: Metric, truth: Floats | Integers, prediction: Floats, folds: Sequence[Integers]) -> FoldScores:
    """Score each fold alone.

    Args:
        folds: row numbers of each fold's held-out rows, into `truth` and `prediction`.
    """
    scores = [metric.function(truth[rows], prediction[rows]) for rows in folds]
    spread = float(np.std(scores, ddof=1)) if len(scores) > 1 else float("nan")
    return FoldScores(metric=metric.name, scores=tuple(scores), mean=float(np.mean(scores)), spread=spread)


def measure_optimism(metric: Metric, best_fold_score: float, sealed: Interval) -> Optimism:
    """Set the score that chose beside the score that judges.

    Example:
        >>> from luthier.evaluate import METRICS
        >>> round(measure_optimism(METRICS["rmse"], 2.0, Interval(value=2.3, lower=2.1, upper=2.5)).optimism, 3)
        0.3
    """
    optimism = metric.to_error(sealed.value) - metric.to_error(best_fold_score)
    return Optimism(metric=metric.name, label=metric.label, best_fold_score=best_fold_score, sealed=sealed, optimism=optimism)
