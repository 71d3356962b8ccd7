"""CBPE: what a classifier's own calibrated probabilities say about its quality on rows without labels.

A row to which the model gives 0.9 is right nine times in ten, if its probabilities are worth what they say. So every row stands for all its
possible labels at once, each with the weight of its probability, and any metric of such weighted rows is the one to expect. This sees inputs that
became harder; it cannot see that the same inputs now mean something else.

Source: the idea is NannyML's (J. Bialek, W. Kuberski, N. Perrakis and A. Bifet 2024, Estimating Model Performance Under Covariate Shift Without Labels,
arXiv 2401.08348); here for any metric, with intervals that hold both the luck of the labels and the doubt of the calibration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luthier.core.seeds import numpy_rng
from luthier.core.task import Task
from luthier.evaluate.answers import Answers, Floats, Integers, Resample
from luthier.evaluate.intervals import Interval
from luthier.evaluate.metrics import METRICS, metric_named
from luthier.evaluate.row_losses import RowLoss
from luthier.monitor.recalibration import Recalibration
from luthier.monitor.score_pairs import realised_interval

_DRAWS = 100
_CALIBRATION_DRAWS = 200
_MOST_DRAWN_ROWS = 5_000
_DOUBTFUL = 0.01  # below this p-value the gap between said and came is more than luck
_TOLERATED = 0.02  # calibration error beyond chance up to which an estimate may be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How far probabilities were worth what they said, on the reference."""

    error: Interval
    "Expected calibration error in 15 bins."
    by_chance: float
    "What it would be on average if they were worth exactly that: it is never 0."
    p_value: float
    "Of an error this large in that case."

    @property
    def is_sound(self) -> bool:
        """True where the gap is luck."""
        return self.p_value >= _DOUBTFUL

    @property
    def is_usable(self) -> bool:
        """True where the gap is luck, or too small to matter."""
        return self.is_sound or self.error.value - self.by_chance <= _TOLERATED


def measure_calibration(task: Task, probabilities: Floats, truth: Integers, *, seed: int = 0) -> Calibration:
    """The calibration error beside that of labels drawn from the very same probabilities."""
    rng, metric = numpy_rng(seed, "cbpe-calibration"), METRICS["ece"]
    error = realised_interval(task, "ece", Answers(truth, probabilities), seed=seed)
    drawn = np.array([metric.function(draw_labels(probabilities, rng), probabilities) for _ in range(_CALIBRATION_DRAWS)])
    as_large = (1 + int((drawn >= error.value).sum())) / (1 + _CALIBRATION_DRAWS)
    return Calibration(error=error, by_chance=float(drawn.mean()), p_value=as_large)


def expected_losses(loss: RowLoss, probabilities: Floats, worth: Floats) -> Floats:
    """The loss to expect of each row: that of every label, weighted with what its probability is worth."""
    rows, classes = probabilities.shape
    each = loss.function(Answers(np.tile(np.arange(classes), rows), np.repeat(probabilities, classes, axis=0)))
    expected: Floats = (each.reshape(rows, classes) * worth).sum(axis=1)
    return expected


def estimated_interval(task: Task, names: tuple[str, ...], probabilities: Floats, recalibration: Recalibration, *, seed: int = 0) -> dict[str, Interval]:
    """The metrics to expect of these rows, each with the interval in which the realised one should come to lie."""
    rows, classes = probabilities.shape
    everything = Answers(np.tile(np.arange(classes), rows), np.repeat(probabilities, classes, axis=0))
    weights = classes * recalibration.apply(probabilities).reshape(-1, 1)
    rng = numpy_rng(seed, "cbpe")
    chosen = np.sort(rng.permutation(rows)[:_MOST_DRAWN_ROWS])
    drawn = [_drawn_scores(task, names, probabilities[chosen], recalibration, rng) for _ in range(_DRAWS)]
    shrink = np.sqrt(len(chosen) / rows)  # the luck of more rows is smaller
    return {
        name: _around(float(metric_named(name, task.kind).statistic(Resample(everything, weights))[0]), np.array([one[place] for one in drawn]), shrink)
        for place, name in enumerate(names)
    }


def draw_labels(probabilities: Floats, rng: np.random.Generator) -> Integers:
    """A label for each row, drawn from its probabilities."""
    drawn: Integers = (rng.random((len(probabilities), 1)) > np.cumsum(probabilities[:, :-1], axis=1)).sum(axis=1)
    return drawn


def _drawn_scores(task: Task, names: tuple[str, ...], probabilities: Floats, recalibration: Recalibration, rng: np.random.Generator) -> list[float]:
    answers = Answers(draw_labels(recalibration.apply(probabilities, rng=rng), rng), probabilities)
    return [float(metric_named(name, task.kind).statistic(Resample(answers))[0]) for name in names]


def _around(value: float, drawn: Floats, shrink: float) -> Interval:
    existing = drawn[~np.isnan(drawn)]
    if not len(existing) or np.isnan(value):
        return Interval(value=value, lower=np.nan, upper=np.nan, method="simulation")
    lower, upper = value + shrink * (np.quantile(existing, (0.025, 0.975)) - existing.mean())
    return Interval(value=value, lower=float(lower), upper=float(upper), method="simulation")
