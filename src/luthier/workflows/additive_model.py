"""A straight sum of effects, fitted so that a few runs that went astray do not decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

TUNING = 1.345
"Deviations from which a residual is weighed down: with normal noise the estimate is 95 % as efficient as least squares."
ROUNDS = 50
FEWEST_SPARE = 3
"Values beyond the number of effects, below which the noise cannot be estimated."


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One effect of the sum."""

    value: float | None
    "None where the values do not determine it."
    reach: float | None = None
    "Half of the 95 % interval."
    entangled: bool = False
    "True where no number of values of this kind would tell it apart from the other effects."


def additive_model(values: np.ndarray, columns: Sequence[np.ndarray]) -> list[Term]:
    """The effect of each column on the values, beside a constant.

    Least squares with residuals weighed down from `TUNING` deviations on, the deviation being the scaled median of their sizes.

    Source: Huber and Ronchetti, "Robust Statistics", 2009, sections 7.6 (the covariance) and 7.8 (the weights).

    Example:
        >>> [term] = additive_model(np.array([1.0, 1.1, 0.9, 3.0, 3.1, 2.9]), [np.array([0, 0, 0, 1, 1, 1.0])])
        >>> round(term.value, 6)
        2.0
    """
    design = np.column_stack([np.ones(len(values)), *columns])
    inverse, rank = np.linalg.pinv(design), int(np.linalg.matrix_rank(design))
    told_apart = np.abs(np.diag(inverse @ design) - 1) < 1e-6
    spare = len(values) - rank
    if spare < FEWEST_SPARE:
        return [Term(value=None, entangled=False) for _ in columns]
    effects = _robust(values, design)
    reaches = stdtrit(spare, 0.975) * _deviations(values - design @ effects, inverse, spare)
    found = zip(effects[1:], reaches[1:], told_apart[1:], strict=True)
    return [Term(value=float(value), reach=float(reach)) if apart else Term(value=None, entangled=True) for value, reach, apart in found]


def _robust(values: np.ndarray, design: np.ndarray) -> np.ndarray:
    effects = np.linalg.lstsq(design, values, rcond=None)[0]
    for _ in range(ROUNDS):
        residuals = np.abs(values - design @ effects)
        weights = np.sqrt(np.minimum(1.0, TUNING * _scale(residuals) / np.maximum(residuals, 1e-300)))
        before, effects = effects, np.linalg.lstsq(design * weights[:, None], values * weights, rcond=None)[0]
        if np.allclose(before, effects, rtol=1e-9, atol=1e-12):
            break
    return effects


def _scale(residuals: np.ndarray) -> float:
    """The standard deviation of normal noise whose sizes have this median; never zero."""
    return max(float(np.median(np.abs(residuals))) / 0.6745, 1e-12)


def _deviations(residuals: np.ndarray, inverse: np.ndarray, spare: int) -> np.ndarray:
    """Standard error of every effect."""
    scale, count = _scale(residuals), len(residuals)
    standard = residuals / scale
    inside = np.abs(standard) <= TUNING
    share = inside.mean()
    correction = 1 + (count - spare) / count * (1 - share) / share
    spread = np.square(np.clip(standard, -TUNING, TUNING)).sum() / spare
    return correction * scale * np.sqrt(spread) / share * np.sqrt(np.square(inverse).sum(axis=1))
