"""Recalibration: what probabilities of this model have been worth, learned from rows whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from luthier.evaluate.answers import Floats, Integers

_SMALLEST = 1e-12
_MOST_BIASES = 20  # with more classes only the temperature is learned: their rows are too few
_PRIOR_ROWS = 1.0  # weight of staying as one is


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalibration:
    """Logits are multiplied by one number and shifted by one a class: temperature scaling with biases (Guo et al. 2017, arXiv 1706.04599)."""

    sharpness: float
    "1 leaves probabilities as they are; below 1 makes them less sure."
    biases: tuple[float, ...]
    "Added to the logits; all 0 where there are more than 20 classes."
    covariance: Floats
    "Of the sharpness and the biases, as the rows they were learned from leave it."

    @classmethod
    def fit(cls, probabilities: Floats, truth: Integers) -> Recalibration:
        """The recalibration with the best log-loss."""
        logits, classes = _logits(probabilities), probabilities.shape[1]
        free = 1 + (classes if classes <= _MOST_BIASES else 0)

        def loss(parameters: Floats) -> tuple[float, Floats]:
            log_q = log_softmax(_moved(logits, parameters), axis=1)
            residuals = np.exp(log_q)
            residuals[np.arange(len(truth)), truth] -= 1.0
            away = parameters - np.eye(1, free)[0]
            slopes = np.r_[(residuals * logits).sum(), residuals.sum(axis=0)][:free] + _PRIOR_ROWS * away
            return float(-log_q[np.arange(len(truth)), truth].sum() + 0.5 * _PRIOR_ROWS * away @ away), slopes

        bounds = [(0.05, 10.0), *[(-10.0, 10.0)] * (free - 1)]
        best = minimize(loss, np.eye(1, free)[0], jac=True, method="L-BFGS-B", bounds=bounds).x
        return cls._of(best, logits)

    @classmethod
    def none(cls, probabilities: Floats) -> Recalibration:
        """Leave probabilities as they are, with the doubt that so many rows leave."""
        free = 1 + (probabilities.shape[1] if probabilities.shape[1] <= _MOST_BIASES else 0)
        return cls._of(np.eye(1, free)[0], _logits(probabilities))

    def apply(self, probabilities: Floats, *, rng: np.random.Generator | None = None) -> Floats:
        """The recalibrated probabilities; with a generator, one of those that the rows leave possible."""
        parameters = np.r_[self.sharpness, self.biases][: len(self.covariance)]
        if rng is not None:
            parameters = rng.multivariate_normal(parameters, self.covariance, method="eigh")
        elif self.sharpness == 1.0 and not any(self.biases):
            return probabilities
        moved: Floats = softmax(_moved(_logits(probabilities), parameters), axis=1)
        return moved

    @classmethod
    def _of(cls, parameters: Floats, logits: Floats) -> Recalibration:
        biases = tuple(parameters[1:].tolist()) if len(parameters) > 1 else (0.0,) * logits.shape[1]
        return cls(sharpness=float(parameters[0]), biases=biases, covariance=np.linalg.inv(_information(logits, parameters)).astype(np.float64))


def _information(logits: Floats, parameters: Floats) -> Floats:
    """Fisher's information about the parameters, that of staying as one is included."""
    q = softmax(_moved(logits, parameters), axis=1)
    means = (q * logits).sum(axis=1)
    information = _PRIOR_ROWS * np.eye(len(parameters))
    information[0, 0] += float((q * np.square(logits)).sum() - np.square(means).sum())
    if len(parameters) > 1:
        information[0, 1:] += (q * (logits - means[:, None])).sum(axis=0)
        information[1:, 0] = information[0, 1:]
        information[1:, 1:] += np.diag(q.sum(axis=0)) - q.T @ q
    return information


def _moved(logits: Floats, parameters: Floats) -> Floats:
    moved: Floats = logits * parameters[0] + (parameters[1:] if len(parameters) > 1 else 0.0)
    return moved


def _logits(probabilities: Floats) -> Floats:
    logs: Floats = np.log(np.clip(probabilities, _SMALLEST, None))
    return logs - logs.mean(axis=1, keepdims=True)
