"""Permutation tests that stop early where nothing is to be found, and reach further than their permutations where something is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc, log_ndtr

ENOUGH_EXCEEDED = 20
"Besag and Clifford's h: the test stops once so many permuted statistics reach the observed one."
_BATCH = 100
_LEAST_LOG = -700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Pearson's type III law with the mean, deviation and skewness of permuted statistics: a shifted gamma law.

    It is the usual law for quadratic statistics whose permutations have been counted only so far (Josse, Pagès and Husson 2008).
    """

    mean: float
    deviation: float
    skewness: float

    @classmethod
    def of(cls, permuted: np.ndarray) -> Tail:
        """Fit it to permuted statistics."""
        mean, deviation = float(permuted.mean()), float(permuted.std())
        skewness = float((((permuted - mean) / deviation) ** 3).mean()) if deviation > 0 else 0.0
        return cls(mean=mean, deviation=deviation, skewness=skewness)

    def log_beyond(self, statistics: np.ndarray) -> np.ndarray:
        """The logarithm of the chance of at least these statistics, as far as a double tells it."""
        if self.deviation == 0:
            return np.where(statistics > self.mean, _LEAST_LOG, 0.0)
        z = (statistics - self.mean) / self.deviation
        if self.skewness < 0.01:
            return np.maximum(log_ndtr(-z), _LEAST_LOG)
        shape = 4.0 / self.skewness**2
        chance = gammaincc(shape, np.maximum(shape + z * math.sqrt(shape), 0.0))
        return np.log(np.maximum(chance, math.exp(_LEAST_LOG)))


def sequential_p_value(observed: float, draw: Callable[[int], np.ndarray], *, most: int, bound: float = 1.0) -> float:
    """The chance of a permuted statistic that reaches the observed one.

    It stops after 20 such statistics (Besag and Clifford, Sequential Monte Carlo p-values, 1991: valid at any level).

    Args:
        draw: takes a number of permutations, returns their statistics.
        most: permutations at most.
        bound: what a fitted tail says where none of them reaches the observed statistic: they tell only that the chance is about one over their number.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> sequential_p_value(0.0, lambda size: rng.normal(size=size), most=2_000) > 0.3
        True
    """
    reached, seen = 0, 0
    limit = observed - 1e-9 * abs(observed)
    while seen < most:
        batch = draw(min(_BATCH, most - seen))
        hits = np.flatnonzero(batch >= limit)
        if reached + len(hits) >= ENOUGH_EXCEEDED:
            return ENOUGH_EXCEEDED / (seen + int(hits[ENOUGH_EXCEEDED - reached - 1]) + 1)
        reached, seen = reached + len(hits), seen + len(batch)
    floor = (1 + reached) / (1 + seen)
    return floor if reached else min(floor, bound)
