"""Temperature scaling: one number that makes probabilities as sure as they may be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

from luthier.evaluate.answers import Floats, Integers

_COLDEST, _WARMEST = 0.1, 10.0
_SMALLEST = float(np.finfo(np.float64).tiny)


def fit_temperature(probabilities: ArrayLike, truth: ArrayLike) -> float:
    """The temperature with the best log-loss on rows that did not train the network; 1 where none is better.

    The truth is softened by one row's worth of doubt, so that answers that were all right do not end in probabilities of 0
    (the target smoothing of Platt 1999, for any number of classes).

    Source: Guo et al. 2017, On Calibration of Modern Neural Networks, arXiv 1706.04599.
    """
    logits, classes = _logits(probabilities), np.asarray(truth, dtype=np.int64)
    best = minimize_scalar(lambda log_t: _smoothed_loss(logits, classes, np.exp(log_t)), bounds=(np.log(_COLDEST), np.log(_WARMEST)), method="bounded")
    if not np.isfinite(best.fun) or best.fun >= _smoothed_loss(logits, classes, 1.0):
        return 1.0
    return float(np.exp(best.x))


def apply_temperature(probabilities: ArrayLike, temperature: float) -> Floats:
    """Probabilities made softer (temperature above 1) or sharper (below 1).

    Example:
        >>> apply_temperature([[0.8, 0.2]], 1.0).round(3).tolist()
        [[0.8, 0.2]]
        >>> apply_temperature([[0.8, 0.2]], 2.0).round(3).tolist()
        [[0.667, 0.333]]
    """
    cooled: Floats = np.exp(_log_softmax(_logits(probabilities) / temperature))
    return cooled


def _smoothed_loss(logits: Floats, truth: Integers, temperature: float) -> float:
    log_probabilities = _log_softmax(logits / temperature)
    doubt = 1.0 / (len(truth) + 1.0)
    given = log_probabilities[np.arange(len(truth)), truth].mean()
    return float(-(1.0 - doubt) * given - doubt * log_probabilities.mean())


def _log_softmax(logits: Floats) -> Floats:
    normalized: Floats = logits - logsumexp(logits, axis=1, keepdims=True)
    return normalized


def _logits(probabilities: ArrayLike) -> Floats:
    return np.log(np.clip(np.asarray(probabilities, dtype=np.float64), _SMALLEST, None))
