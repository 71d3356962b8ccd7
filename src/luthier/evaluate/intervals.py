"""Intervals: how far a score could be from the truth, because only some rows were judged.

Rows are drawn again with replacement (Efron's percentile bootstrap). All scores see the same draws, so that differences of scores are paired.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Floats
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.threads import few_threads

LEVEL = 0.95
RESAMPLES = 1_000
_FEWEST_RESAMPLES = 200
_MOST_DRAWS = 20_000_000
_DRAWS_A_CHUNK = 1_000_000
_FEW = 10  # below so many hits or misses the bootstrap of a share is too short (the usual rule for a normal approximation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(AbstractRecord):
    """A value and the interval that covers the true one with a stated probability."""

    value: float
    lower: float
    upper: float
    level: float = LEVEL
    "Probability with which such intervals cover the true value."
    method: str = "bootstrap"
    "`bootstrap` or `wilson`."


def affordable_resamples(rows: int, *, wanted: int = RESAMPLES) -> int:
    """How many resamples a table of this size gets: fewer than wanted where it is large, and its scores are sure anyway.

    Example:
        >>> affordable_resamples(10_000), affordable_resamples(200_000)
        (1000, 200)
    """
    return min(wanted, max(_FEWEST_RESAMPLES, _MOST_DRAWS // rows))


def draw_weights(rows: int, resamples: int, *, seed: int) -> Iterator[Floats]:
    """How often each row is drawn, in chunks [rows, some resamples] that stay small in memory."""
    rng = numpy_rng(seed, "bootstrap")
    size = max(16, min(128, _DRAWS_A_CHUNK // rows))
    for start in range(0, resamples, size):
        count = min(size, resamples - start)
        drawn = rng.integers(0, rows, size=(rows, count), dtype=np.int64)
        drawn *= count
        drawn += np.arange(count)
        yield np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count).astype(np.float64)


def bootstrap(statistic: Callable[[Floats], Floats], *, rows: int, resamples: int, seed: int) -> Floats:
    """The statistic of every resample.

    Args:
        statistic: takes weights [rows, resamples], returns values with resamples as the last axis.
    """
    with few_threads():
        return np.concatenate([statistic(weights) for weights in draw_weights(rows, resamples, seed=seed)], axis=-1)


def percentile_interval(value: float, resampled: Floats, *, rows: int, level: float = LEVEL) -> Interval:
    """The middle of the resampled values, with percentiles moved outwards as far as Student's t asks for so few rows.

    Source: T. Hesterberg, What Teachers Should Know About the Bootstrap, 2015 (expanded percentile interval). From 1,000 rows on it is the plain one.
    """
    existing = resampled[~np.isnan(resampled)]
    if math.isnan(value) or not len(existing):
        return Interval(value=value, lower=math.nan, upper=math.nan, level=level)
    lower, upper = np.quantile(existing, tail_probabilities(rows, level=level))
    return Interval(value=value, lower=min(float(lower), value), upper=max(float(upper), value), level=level)


def tail_probabilities(rows: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Which quantiles of the resampled values end the interval."""
    tail = (1.0 - level) / 2.0
    if rows > 1:
        tail = float(ndtr(math.sqrt(rows / (rows - 1)) * stdtrit(rows - 1, tail)))
    return tail, 1.0 - tail


def wilson_interval(hits: float, rows: float, *, level: float = LEVEL) -> Interval:
    """Interval of a share of independent rows that stays honest for few rows and for shares of 0 and 1.

    Source: E. B. Wilson, Probable Inference, 1927.

    Example:
        >>> interval = wilson_interval(12, 12)
        >>> interval.value, round(interval.lower, 3), interval.upper
        (1.0, 0.758, 1.0)
    """
    if rows <= 0:
        return Interval(value=math.nan, lower=math.nan, upper=math.nan, level=level, method="wilson")
    z = float(ndtri(0.5 + level / 2.0))
    value = hits / rows
    middle = (value + z * z / (2.0 * rows)) / (1.0 + z * z / rows)
    half = z * math.sqrt(value * (1.0 - value) / rows + z * z / (4.0 * rows * rows)) / (1.0 + z * z / rows)
    return Interval(value=value, lower=min(max(middle - half, 0.0), value), upper=max(min(middle + half, 1.0), value), level=level, method="wilson")


def share_interval(hits: float, rows: float, resampled: Floats, *, level: float = LEVEL) -> Interval:
    """Interval of a share: from the bootstrap, or after Wilson where there are fewer than ten hits or ten misses."""
    if min(hits, rows - hits) < _FEW:
        return wilson_interval(hits, rows, level=level)
    return percentile_interval(hits / rows, resampled, rows=round(rows), level=level)
