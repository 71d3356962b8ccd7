"""Metrics of the probabilities themselves."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from luthier.evaluate.answers import Answers, Floats, Integers, Resample, group_matrix
from luthier.evaluate.metric import CLASSIFICATION, Metric

SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
"A probability counts as no smaller in the log-loss, as in scikit-learn."
CALIBRATION_BINS = 15
"Bins of equal width of the expected calibration error (Guo et al. 2017, arXiv 1706.04599)."


def log_losses(answers: Answers) -> Floats:
    """Minus the logarithm of the probability that each row's true class was given."""
    given = answers.prediction[np.arange(answers.rows), answers.truth]
    losses: Floats = -np.log(np.clip(given, SMALLEST_PROBABILITY, 1.0))
    return losses


def brier_losses(answers: Answers) -> Floats:
    """Squared distance of each row's probabilities from the truth: over all classes, or of class 1 alone where there are two."""
    if answers.classes == 2:
        losses: Floats = np.square(answers.prediction[:, 1] - answers.truth)
        return losses
    given = answers.prediction[np.arange(answers.rows), answers.truth]
    distances: Floats = np.square(answers.prediction).sum(axis=1) - 2.0 * given + 1.0
    return distances


def confidence_bins(confidence: Floats, bins: int) -> Integers:
    """Bin of equal width that each probability falls in; an edge belongs to the bin above it, 1 to the last one."""
    return np.minimum((confidence * bins).astype(np.int64), bins - 1)


def _gaps(answers: Answers) -> csr_array:
    """Sums, by bin of the top class's probability, by how much the rows were right more often than said."""
    confidence = answers.prediction.max(axis=1)
    right = answers.prediction.argmax(axis=1) == answers.truth
    return group_matrix(confidence_bins(confidence, CALIBRATION_BINS), CALIBRATION_BINS, values=right - confidence)


def _expected_calibration_error(resample: Resample) -> Floats:
    gaps = resample.sums(resample.answers.kept(_gaps))
    errors: Floats = np.abs(gaps).sum(axis=0) / resample.answers.rows
    return errors


PROBABILITY_METRICS: tuple[Metric, ...] = (
    Metric(name="log_loss", label="log-loss", greater_is_better=False, tasks=CLASSIFICATION, statistic=lambda resample: resample.mean(log_losses)),
    Metric(name="brier", label="Brier score", greater_is_better=False, tasks=CLASSIFICATION, statistic=lambda resample: resample.mean(brier_losses)),
    Metric(
        name="ece",
        label="calibration error",
        greater_is_better=False,
        tasks=CLASSIFICATION,
        statistic=_expected_calibration_error,
        is_inflated_by_resampling=True,
    ),
)
