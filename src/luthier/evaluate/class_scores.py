"""Precision, recall and F1 of each class, with intervals, and the confusion matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from luthier.evaluate.answers import Answers, Floats, Resample
from luthier.evaluate.count_metrics import class_counts, predicted_classes
from luthier.evaluate.intervals import Interval, percentile_interval, share_interval, wilson_interval
from luthier.evaluate.records import AbstractRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScores(AbstractRecord):
    """How well one class is found."""

    name: str
    support: int
    "Rows of the class."
    predicted: int
    "Rows answered with the class."
    precision: Interval
    "Share of the answers that are right; NaN where the class was never answered."
    recall: Interval
    "Share of the class that was found; NaN where it has no row."
    f1: Interval


def class_rates(resample: Resample) -> Floats:
    """Precision, recall and F1 of every class, [3 x classes, resamples]."""
    counts = resample.kept(class_counts)
    return np.concatenate([counts.precision, counts.recall, counts.f1])


def confusion_matrix(answers: Answers) -> tuple[tuple[int, ...], ...]:
    """Rows of each true class (down) by answered class (across)."""
    size = answers.classes
    counts = np.bincount(answers.truth * size + answers.kept(predicted_classes), minlength=size * size).reshape(size, size)
    return tuple(tuple(row) for row in counts.tolist())


def score_classes(names: tuple[str, ...], confusion: tuple[tuple[int, ...], ...], resampled: Floats) -> tuple[ClassScores, ...]:
    """The scores of each class.

    Args:
        resampled: what `class_rates` gave for all resamples, [3 x classes, resamples].
    """
    counts = np.asarray(confusion)
    precision, recall, f1 = np.split(resampled, 3)
    return tuple(
        _score_class(name, int(counts[k, k]), int(counts[k].sum()), int(counts[:, k].sum()), (precision[k], recall[k], f1[k])) for k, name in enumerate(names)
    )


def _score_class(name: str, hits: int, support: int, predicted: int, resampled: tuple[Floats, Floats, Floats]) -> ClassScores:
    return ClassScores(
        name=name,
        support=support,
        predicted=predicted,
        precision=share_interval(hits, predicted, resampled[0]),
        recall=share_interval(hits, support, resampled[1]),
        f1=_f1_interval(hits, support, predicted, resampled[2]),
    )


def _f1_interval(hits: int, support: int, predicted: int, resampled: Floats) -> Interval:
    """From the bootstrap, or of the share among all right and wrong mentions of the class where every resample gives the same."""
    mentions = support + predicted - hits
    value = 2.0 * hits / (support + predicted) if mentions else math.nan
    if mentions and (hits in (0, mentions)):
        return wilson_interval(hits, mentions)
    return percentile_interval(value, resampled, rows=mentions)
