"""Metrics of the predicted class: they hang on three counts of each class only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from luthier.core.task import TaskKind
from luthier.evaluate.answers import Answers, Floats, Integers, Resample, group_matrix, share
from luthier.evaluate.metric import CLASSIFICATION, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCounts:
    """How often each class was true, was answered, and both. Each has the shape [classes, resamples]."""

    hits: Floats
    "Rows of the class that were answered with it."
    actual: Floats
    "Rows of the class."
    predicted: Floats
    "Rows answered with the class."

    @property
    def precision(self) -> Floats:
        """Share of the answers that are right; NaN where the class was never answered."""
        return share(self.hits, self.predicted)

    @property
    def recall(self) -> Floats:
        """Share of the class that was found; NaN where the class has no row."""
        return share(self.hits, self.actual)

    @property
    def f1(self) -> Floats:
        """Harmonic mean of precision and recall; NaN where the class is neither true nor answered."""
        return share(2.0 * self.hits, self.actual + self.predicted)


def predicted_classes(answers: Answers) -> Integers:
    """The answered class of each row."""
    if answers.threshold is not None:
        return (answers.prediction[:, 1] >= answers.threshold).astype(np.int64)
    most_probable: Integers = answers.prediction.argmax(axis=1)
    return most_probable


def class_counts(resample: Resample) -> ClassCounts:
    """The counts of every resample: each pair of true and answered class that occurs is summed once."""
    answers = resample.answers
    pairs, pair_of_row = answers.kept(_pairs)
    sums = resample.sums(group_matrix(pair_of_row, len(pairs)))  # [pairs, resamples]
    actual, predicted = np.divmod(pairs, answers.classes)
    right = actual == predicted
    return ClassCounts(
        hits=group_matrix(actual[right], answers.classes) @ sums[right],
        actual=group_matrix(actual, answers.classes) @ sums,
        predicted=group_matrix(predicted, answers.classes) @ sums,
    )


def _pairs(answers: Answers) -> tuple[Integers, Integers]:
    pairs, pair_of_row = np.unique(answers.truth * answers.classes + answers.kept(predicted_classes), return_inverse=True)
    return pairs, pair_of_row.astype(np.int64)


def _right(resample: Resample) -> tuple[Floats, Floats]:
    counts = resample.kept(class_counts)
    return counts.hits.sum(axis=0), counts.actual.sum(axis=0)


def _right_yes(resample: Resample) -> tuple[Floats, Floats]:
    counts = resample.kept(class_counts)
    return counts.hits[1], counts.predicted[1]


def _found_yes(resample: Resample) -> tuple[Floats, Floats]:
    counts = resample.kept(class_counts)
    return counts.hits[1], counts.actual[1]


def _balanced_accuracy(resample: Resample) -> Floats:
    """Mean recall over the classes that have rows."""
    counts = resample.kept(class_counts)
    present = counts.actual > 0
    means: Floats = np.where(present, np.nan_to_num(counts.recall), 0.0).sum(axis=0) / present.sum(axis=0)
    return means


def _macro(rate: Callable[[ClassCounts], Floats]) -> Callable[[Resample], Floats]:
    def statistic(resample: Resample) -> Floats:
        """Mean over the classes that are true or answered somewhere; a rate that does not exist counts as 0, as in scikit-learn."""
        counts = resample.kept(class_counts)
        occurs = counts.actual + counts.predicted > 0
        means: Floats = np.where(occurs, np.nan_to_num(rate(counts)), 0.0).sum(axis=0) / occurs.sum(axis=0)
        return means

    return statistic


def _weighted(rate: Callable[[ClassCounts], Floats]) -> Callable[[Resample], Floats]:
    def statistic(resample: Resample) -> Floats:
        """Mean over the classes, weighted by their rows."""
        counts = resample.kept(class_counts)
        means: Floats = (np.nan_to_num(rate(counts)) * counts.actual).sum(axis=0) / counts.actual.sum(axis=0)
        return means

    return statistic


def _share_or_zero(parts: Callable[[Resample], tuple[Floats, Floats]]) -> Callable[[Resample], Floats]:
    """A share that does not exist counts as 0, as in scikit-learn."""
    return lambda resample: np.nan_to_num(share(*parts(resample)))


def _yes_f1(resample: Resample) -> Floats:
    values: Floats = np.nan_to_num(resample.kept(class_counts).f1[1])
    return values


def _count_metric(name: str, label: str, statistic: Callable[[Resample], Floats], *, averages_classes: bool = False) -> Metric:
    return Metric(name=name, label=label, greater_is_better=True, best=1.0, tasks=CLASSIFICATION, statistic=statistic, averages_classes=averages_classes)


def _share_metric(name: str, parts: Callable[[Resample], tuple[Floats, Floats]], tasks: frozenset[TaskKind]) -> Metric:
    return Metric(name=name, label=name, greater_is_better=True, best=1.0, tasks=tasks, statistic=_share_or_zero(parts), share=parts)


def _averages(name: str, label: str, rate: Callable[[ClassCounts], Floats]) -> tuple[Metric, Metric]:
    return (
        _count_metric(f"{name}_macro", f"macro {label}", _macro(rate), averages_classes=True),
        _count_metric(f"{name}_weighted", f"weighted {label}", _weighted(rate)),
    )


_YES_OR_NO = frozenset({TaskKind.BINARY})

COUNT_METRICS: tuple[Metric, ...] = (
    _share_metric("accuracy", _right, CLASSIFICATION),
    _count_metric("balanced_accuracy", "balanced accuracy", _balanced_accuracy, averages_classes=True),
    _share_metric("precision", _right_yes, _YES_OR_NO),
    _share_metric("recall", _found_yes, _YES_OR_NO),
    Metric(name="f1", label="F1", greater_is_better=True, best=1.0, tasks=_YES_OR_NO, statistic=_yes_f1, averages_classes=True),
    *_averages("precision", "precision", lambda counts: counts.precision),
    *_averages("recall", "recall", lambda counts: counts.recall),
    *_averages("f1", "F1", lambda counts: counts.f1),
)
