"""Metric: a score of predictions, in one form that serves a single value and a thousand resamples alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from numpy.typing import ArrayLike

from luthier.core.task import TaskKind
from luthier.evaluate.answers import Answers, Floats, Resample

CLASSIFICATION = frozenset({TaskKind.BINARY, TaskKind.MULTICLASS})
REGRESSION = frozenset({TaskKind.REGRESSION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A score of predictions.

    Laws, held by the contract tests: a perfect prediction has the value `best`; the order of rows does not matter; a row of weight 2 is a row that came twice.

    Example:
        >>> from luthier.evaluate import METRICS
        >>> METRICS["accuracy"].function([0, 1], [[0.9, 0.1], [0.6, 0.4]])
        0.5
    """

    name: str
    "As `--metric` takes it."
    label: str
    "As people write it within a sentence."
    greater_is_better: bool
    tasks: frozenset[TaskKind]
    "The kinds of task that it can judge."
    statistic: Callable[[Resample], Floats]
    "One value for every resample; NaN where it does not exist, such as the ROC AUC of one class."
    best: float = 0.0
    "The value of a perfect prediction."
    share: Callable[[Resample], tuple[Floats, Floats]] | None = None
    "Where the value is a share of rows: how many are right, of how many. Its interval stays honest for few rows."
    averages_classes: bool = False
    "True where each class counts alike, so that the smallest class decides how sure the value can be."
    is_inflated_by_resampling: bool = False
    "True where drawing rows again raises the value on average, as it does any mean of absolute differences."

    def function(self, truth: ArrayLike, prediction: ArrayLike) -> float:
        """The value for these rows."""
        return float(self.statistic(Resample(Answers(truth, prediction)))[0])

    def error(self, truth: ArrayLike, prediction: ArrayLike) -> float:
        """The distance from a perfect value: smaller is better, and infinite where the value does not exist."""
        return self.to_error(self.function(truth, prediction))

    def to_error(self, value: float) -> float:
        """A value of this metric as an error."""
        if math.isnan(value):
            return math.inf
        return self.best - value if self.greater_is_better else value - self.best

    def to_value(self, error: float) -> float:
        """An error of this metric as the value that people know: the inverse of `to_error`."""
        return self.best - error if self.greater_is_better else self.best + error
