"""Row losses: what one answer costs. Tests that look again and again need one number a row, and not every metric has one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from luthier.core.task import TaskKind
from luthier.evaluate.answers import Answers, Floats
from luthier.evaluate.metrics import default_metric, metric_named
from luthier.evaluate.probability_metrics import brier_losses
from luthier.evaluate.regression_metrics import absolute_errors, pinball_losses, squared_errors

SMALLEST_PROBABILITY = 0.01
"A probability counts as no smaller here, so that one row costs at most 4.6: no single surprise decides a comparison, and its bound stays exact."


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLoss:
    """What one answer costs: not negative, and 0 for a perfect one.

    Example:
        >>> loss = row_loss_for("roc_auc", TaskKind.BINARY)
        >>> loss.label, loss.stands_in
        ('log-loss', True)
        >>> loss.function(Answers([1], [[0.5, 0.5]])).round(3).tolist()
        [0.693]
    """

    name: str
    label: str
    "As people write it within a sentence."
    metric: str
    "The task's metric."
    stands_in: bool
    "True where the metric is no mean over rows, so that this loss stands for it."
    function: Callable[[Answers], Floats]
    "The loss of each row."
    most: float = math.inf
    "The largest that a row can cost; infinite where there is no such number."

    @property
    def is_bounded(self) -> bool:
        """True where one row cannot cost more than `most`."""
        return math.isfinite(self.most)


def row_loss_for(metric: str, kind: TaskKind) -> RowLoss:
    """The loss whose mean is the metric, or the one that stands for it: log-loss for classes, squared error for numbers.

    Args:
        metric: the task's own; that of its kind where it is empty.

    Raises:
        SettingInvalid: no metric of this name can judge this kind of task.
    """
    known = metric_named(metric or default_metric(kind), kind)
    if known.name in _OWN:
        label, function, most = _OWN[known.name]
        most = 1.0 if known.name == "brier" and kind is TaskKind.BINARY else most
        return RowLoss(name=known.name, label=label, metric=known.name, stands_in=False, function=function, most=most)
    name = "log_loss" if kind.is_classification else _STANDS_FOR.get(known.name, "squared_error")
    label, function, most = _OWN[name]
    return RowLoss(name=name, label=label, metric=known.name, stands_in=True, function=function, most=most)


def bounded_log_losses(answers: Answers) -> Floats:
    """Log-loss of each row, at most 4.6."""
    given = answers.prediction[np.arange(answers.rows), answers.truth]
    losses: Floats = -np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0))
    return losses


def wrong_answers(answers: Answers) -> Floats:
    """1 for each row whose most probable class is not the true one."""
    return (answers.prediction.argmax(axis=1) != answers.truth).astype(np.float64)


_OWN: dict[str, tuple[str, Callable[[Answers], Floats], float]] = {
    "log_loss": ("log-loss", bounded_log_losses, -math.log(SMALLEST_PROBABILITY)),
    "brier": ("Brier score", brier_losses, 2.0),
    "accuracy": ("share of wrong answers", wrong_answers, 1.0),
    "squared_error": ("squared error", squared_errors, math.inf),
    "mae": ("absolute error", absolute_errors, math.inf),
    **{f"pinball_{percent}": (f"pinball loss at {percent} %", pinball_losses(percent / 100.0), math.inf) for percent in (10, 50, 90)},
}
_STANDS_FOR = {"median_absolute_error": "mae"}
