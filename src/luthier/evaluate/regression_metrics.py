"""Metrics of predicted numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from luthier.evaluate.answers import Answers, Floats, Integers, Resample
from luthier.evaluate.metric import REGRESSION, Metric


def squared_errors(answers: Answers) -> Floats:
    """Squared error of each row."""
    squares: Floats = np.square(answers.prediction - answers.truth)
    return squares


def absolute_errors(answers: Answers) -> Floats:
    """Absolute error of each row."""
    errors: Floats = np.abs(answers.prediction - answers.truth)
    return errors


def pinball_losses(quantile: float) -> Callable[[Answers], Floats]:
    """Loss that is smallest, on average, where the prediction is the quantile of the truth."""

    def losses(answers: Answers) -> Floats:
        missing = answers.truth - answers.prediction
        return np.maximum(quantile * missing, (quantile - 1.0) * missing)

    return losses


def _centered(answers: Answers) -> Floats:
    centered: Floats = answers.truth - answers.truth.mean()
    return centered


def _centered_squares(answers: Answers) -> Floats:
    return np.square(answers.kept(_centered))


def _r2(resample: Resample) -> Floats:
    """One minus the squared error over the variance of the resample; NaN where the truth does not vary."""
    squared = resample.mean(squared_errors)
    variance = resample.mean(_centered_squares) - np.square(resample.mean(_centered))
    varies = variance > 1e-12 * max(float(resample.answers.kept(_centered_squares).mean()), np.finfo(np.float64).tiny)
    return np.subtract(1.0, np.divide(squared, variance, out=np.full_like(squared, np.nan), where=varies))


def _sorted_errors(answers: Answers) -> tuple[Integers, Floats]:
    errors = answers.kept(absolute_errors)
    order = np.argsort(errors, kind="stable")
    return order, errors[order]


def _median_absolute_error(resample: Resample) -> Floats:
    """The middle error, or the mean of the middle two, found by counting the rows below."""
    order, errors = resample.answers.kept(_sorted_errors)
    counted = np.cumsum(resample.weights[order], axis=0)
    half = resample.answers.rows / 2.0
    lower, upper = (counted < half).sum(axis=0), (counted <= half).sum(axis=0)
    medians: Floats = 0.5 * (errors[lower] + errors[upper])
    return medians


def _pinball(percent: int) -> Metric:
    losses = pinball_losses(percent / 100.0)
    return Metric(
        name=f"pinball_{percent}",
        label=f"pinball loss at {percent} %",
        greater_is_better=False,
        tasks=REGRESSION,
        statistic=lambda resample: resample.mean(losses),
    )


REGRESSION_METRICS: tuple[Metric, ...] = (
    Metric(name="rmse", label="RMSE", greater_is_better=False, tasks=REGRESSION, statistic=lambda resample: np.sqrt(resample.mean(squared_errors))),
    Metric(name="mae", label="mean absolute error", greater_is_better=False, tasks=REGRESSION, statistic=lambda resample: resample.mean(absolute_errors)),
    Metric(name="r2", label="R²", greater_is_better=True, best=1.0, tasks=REGRESSION, statistic=_r2),
    Metric(name="median_absolute_error", label="median absolute error", greater_is_better=False, tasks=REGRESSION, statistic=_median_absolute_error),
    *(_pinball(percent) for percent in (10, 50, 90)),
)
