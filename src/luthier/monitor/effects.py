"""Effects: how big a change is, in units that do not depend on how many rows showed it."""

from __future__ import annotations

import math

import numpy as np

_LEVELS = (np.arange(99) + 1.0) / 100.0
"The percentiles at which two distributions are laid side by side; the outermost hundredths are left to the check of ranges."


def robust_sigma(values: np.ndarray) -> float:
    """The standard deviation as the quartiles tell it; the plain one where half of the values are equal, 1 where all are.

    Example:
        >>> robust_sigma(np.array([1.0, 2.0, 3.0, 4.0, 1e9])) < 2
        True
    """
    lower, upper = np.quantile(values, [0.25, 0.75])
    return float((upper - lower) / 1.349) or float(values.std()) or 1.0


def wide_sigma(values: np.ndarray) -> float:
    """The standard deviation as the quartiles tell it, or the central 95 % where these tell of more: most values of a column may lie close together.

    Example:
        >>> mostly_zero = np.concatenate([np.linspace(0, 1e-4, 900), np.linspace(0, 1, 100)])
        >>> robust_sigma(mostly_zero) < 1e-3, wide_sigma(mostly_zero) > 0.1
        (True, True)
    """
    low, high = np.quantile(values, [0.025, 0.975])
    return max(robust_sigma(values), float((high - low) / 3.92))


def shift_in_sigmas(then: np.ndarray, now: np.ndarray, *, least_sigma: float = 0.0) -> float:
    """The mean distance of the percentiles (Wasserstein's, without the outermost hundredths), in standard deviations of `then` (`wide_sigma`).

    What chance alone shows at these sizes is taken off, squared from squared: no change gives about 0, a shift by one sigma gives 1.

    Args:
        least_sigma: a smaller standard deviation counts as this.

    Example:
        >>> values = np.random.default_rng(0).normal(size=4_000)
        >>> round(shift_in_sigmas(values, values + 0.5), 1)
        0.5
    """
    moved = np.abs(np.quantile(then, _LEVELS) - np.quantile(now, _LEVELS)).mean()
    return _beyond_chance(float(moved), _expected_distance(then, now)) / max(wide_sigma(then), least_sigma)


def total_variation(then: np.ndarray, now: np.ndarray) -> float:
    """The share of rows that changed their level, from counts of the same levels; what chance alone shows is taken off, squared from squared.

    Example:
        >>> round(total_variation(np.array([5_000, 5_000]), np.array([6_000, 4_000])), 2)
        0.1
    """
    before, after = then / then.sum(), now / now.sum()
    pooled = (then + now) / (then.sum() + now.sum())
    spread = np.sqrt(pooled * (1.0 - pooled) * (1.0 / then.sum() + 1.0 / now.sum()))
    return _beyond_chance(0.5 * float(np.abs(before - after).sum()), 0.5 * math.sqrt(2.0 / math.pi) * float(spread.sum()))


def _expected_distance(then: np.ndarray, now: np.ndarray) -> float:
    """The mean distance of percentiles of two samples of the same distribution, from the spread of both distribution functions."""
    grid = np.quantile(np.concatenate([then, now]), _LEVELS)
    widths = np.diff(grid)
    middle = (_LEVELS[1:] + _LEVELS[:-1]) / 2.0
    rows = 1.0 / len(then) + 1.0 / len(now)
    return math.sqrt(2.0 / math.pi * rows) * float((np.sqrt(middle * (1.0 - middle)) * widths).sum())


def _beyond_chance(seen: float, expected: float) -> float:
    return math.sqrt(max(seen**2 - expected**2, 0.0))
