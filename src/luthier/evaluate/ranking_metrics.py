"""Metrics of order: does a row of the class score higher than a row of another?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from luthier.evaluate.answers import Answers, Booleans, Floats, Resample, group_matrix, share
from luthier.evaluate.metric import CLASSIFICATION, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The rows of one class against the rest, from the highest score down, sorted once for all resamples.

    Rows of equal score form one step; consecutive steps without a row of the class are one step, because neither area can change between them.
    """

    positives: csr_array
    "Sums the rows of the class by step, [steps, rows]."
    negatives: csr_array
    "Sums the other rows by step, [steps, rows]."


def rank(scores: Floats, is_positive: Booleans) -> Ranking:
    """Sort the rows and find the steps."""
    order = np.argsort(-scores, kind="stable")
    ties = np.cumsum(np.diff(scores[order], prepend=np.inf) != 0) - 1
    has_positive = np.bincount(ties, weights=is_positive[order]) > 0
    begins = has_positive.copy()
    begins[0] = True
    begins[1:] |= has_positive[:-1]
    steps = (np.cumsum(begins) - 1)[ties]
    count, inside = int(steps[-1]) + 1, is_positive[order]
    return Ranking(
        positives=group_matrix(steps[inside], count, rows=order[inside], total=len(scores)),
        negatives=group_matrix(steps[~inside], count, rows=order[~inside], total=len(scores)),
    )


def roc_area(positives: Floats, negatives: Floats) -> Floats:
    """Chance that a row of the class outscores another row, a tie counting one half.

    Args:
        positives: weight of the class in each step, [steps, resamples].
        negatives: weight of the other rows in each step.
    """
    above = np.cumsum(negatives, axis=0)
    total = above[-1].copy()
    above -= 0.5 * negatives
    beaten: Floats = np.einsum("sr,sr->r", positives, total - above)
    return share(beaten, positives.sum(axis=0) * total)


def precision_recall_area(positives: Floats, negatives: Floats) -> Floats:
    """Average precision: precision at each step, weighted by the recall that the step adds."""
    found = np.cumsum(positives, axis=0)
    answered = np.cumsum(negatives, axis=0)
    answered += found
    total = found[-1].copy()
    precision = np.divide(found, answered, out=found, where=answered > 0)
    gained: Floats = np.einsum("sr,sr->r", positives, precision)
    return share(gained, total)


def _rankings(answers: Answers) -> tuple[Ranking, ...]:
    """One for class 1 of two, one for each of more."""
    ranked = (1,) if answers.classes == 2 else range(answers.classes)
    return tuple(rank(answers.prediction[:, number], answers.truth == number) for number in ranked)


def _areas(resample: Resample) -> tuple[Floats, Floats]:
    """Mean areas over the classes for which they exist; both come from one pass, because the sums by step are what costs time."""
    areas = [
        (roc_area(positives, negatives), precision_recall_area(positives, negatives))
        for ranking in resample.answers.kept(_rankings)
        for positives, negatives in [(resample.sums(ranking.positives), resample.sums(ranking.negatives))]
    ]
    roc, precision_recall = np.array([pair[0] for pair in areas]), np.array([pair[1] for pair in areas])
    return _mean_of_existing(roc), _mean_of_existing(precision_recall)


def _mean_of_existing(areas: Floats) -> Floats:
    exists = ~np.isnan(areas)
    return share(np.where(exists, areas, 0.0).sum(axis=0), exists.sum(axis=0, dtype=np.float64))


def _part(number: int) -> Callable[[Resample], Floats]:
    return lambda resample: resample.kept(_areas)[number]


RANKING_METRICS: tuple[Metric, ...] = (
    Metric(name="roc_auc", label="ROC AUC", greater_is_better=True, best=1.0, tasks=CLASSIFICATION, statistic=_part(0), averages_classes=True),
    Metric(name="pr_auc", label="PR AUC", greater_is_better=True, best=1.0, tasks=CLASSIFICATION, statistic=_part(1), averages_classes=True),
)
