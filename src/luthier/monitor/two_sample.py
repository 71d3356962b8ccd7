"""Two samples: how often would chance alone make them as different? Exact, or an upper bound, at the sizes at hand.

All are conditional on the two samples poured together, so that ties, rare levels and uneven sizes are taken as they are. Rows that depend on
each other enter as fewer: each function takes the rows that the samples are worth (`Inflation.effective`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, gammaln, kolmogorov, ndtr

_MOST_TIES = 100
"A column of more different values than this counts as continuous: ties then change p by less than a third, downwards."
_LATTICE_ROWS = 500
"The law of the Kolmogorov-Smirnov distance under ties is computed at so many rows of the smaller side at most: it depends on the shares of the ties."
_LATTICE_STEPS = 3_000
"And at so many rows of both sides."
_FEWEST_EXPECTED = 10.0
"Rows expected in each cell: the chi-squared law then holds in its tail as well (with Cochran's 5 it promised 1e-4 and gave up to 3e-4)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far two distributions of numbers are apart."""

    ks: float
    "The largest difference of their distribution functions, 0 to 1."
    place: float
    "The value where it is."
    rank_z: float
    "The difference of their mean ranks in its standard deviations (Mann-Whitney), ties counted; positive where the second is larger."
    tie_shares: np.ndarray
    "The share of both together up to the end of each different value."


def distance(then: np.ndarray, now: np.ndarray) -> Distance:
    """Compare two columns of numbers without missing values."""
    values, counts = np.unique(np.concatenate([then, now]), return_counts=True)
    now_counts = np.bincount(np.searchsorted(values, now), minlength=len(values))
    n, m = len(then), len(now)
    now_up_to, up_to = np.cumsum(now_counts), np.cumsum(counts)
    gaps = np.abs((up_to - now_up_to) / n - now_up_to / m)
    at = int(np.argmax(gaps))
    total = n + m
    mean_ranks = up_to - (counts - 1) / 2.0
    deviation = now_counts @ mean_ranks - m * (total + 1) / 2.0
    variance = n * m / 12.0 * ((total + 1) - ((counts.astype(float) ** 3 - counts).sum() / (total * (total - 1.0))))
    rank_z = float(deviation / math.sqrt(variance)) if variance > 0 else 0.0
    return Distance(ks=float(gaps[at]), place=float(values[at]), rank_z=rank_z, tie_shares=up_to / total)


def numbers_p_value(apart: Distance, *, rows: tuple[int, int], effective: tuple[float, float]) -> float:
    """Twice the smaller of two p-values: of the Kolmogorov-Smirnov distance, for any change, and of the ranks, for a shift.

    The second costs little and finds shifts with half the rows that the first needs.
    """
    ranks = 2.0 * float(ndtr(-abs(apart.rank_z) * math.sqrt(_pairs(*effective) / _pairs(*rows))))
    return min(1.0, 2.0 * min(ks_p_value(apart.ks, apart.tie_shares, effective), ranks))


def ks_p_value(ks: float, tie_shares: np.ndarray, rows: tuple[float, float]) -> float:
    """Chance of at least this distance.

    Kolmogorov's limit is an upper bound (1 to 1.3 times the exact value for p above 1e-5 and 50 rows or more), also under ties.
    Where few different values make it much too large, and p may matter (even two values alone have p above 0.05 where the bound is above 0.3), paths
    through the lattice of the ranks are counted instead.
    """
    bound = float(kolmogorov(math.sqrt(_pairs(*rows)) * ks))
    if len(tie_shares) > _MOST_TIES or bound > 0.3 or bound < 1e-9:
        return bound
    return min(bound, _lattice_tail(ks, tie_shares, rows))


def shares_p_value(then: np.ndarray, now: np.ndarray, *, effective: tuple[float, float]) -> float:
    """Chance that counts of the same levels differ as much: chi-squared of homogeneity, rare levels poured together."""
    used = (then + now) > 0
    then, now = poured(then[used], now[used], share=min(effective) / (then.sum() + now.sum()))
    if len(then) < 2:
        return 1.0
    if len(then) == 2:
        rates = effective[0] / then.sum(), effective[1] / now.sum()
        return share_p_value(then[0] * rates[0], effective[0], now[0] * rates[1], effective[1])
    pooled, rows = then + now, (float(then.sum()), float(now.sum()))
    expected = pooled * rows[1] / sum(rows)
    statistic = ((now - expected) ** 2 / expected).sum() * sum(rows) / rows[0]
    return float(chdtrc(len(pooled) - 1, statistic * _pairs(*effective) / _pairs(*rows)))


def poured(then: np.ndarray, now: np.ndarray, *, share: float) -> tuple[np.ndarray, np.ndarray]:
    """The counts with the rarest levels added up until ten rows of each are expected in the smaller sample.

    Which levels go together depends on their count in both samples, so that the law of the chi-squared holds.

    Args:
        share: of all rows, those that the smaller sample is worth.

    Example:
        >>> [counts.tolist() for counts in poured(np.array([50, 5, 6, 7]), np.array([50, 5, 6, 5]), share=0.5)]
        [[11, 57], [11, 55]]
    """
    order = np.argsort(then + now, kind="stable")
    expected = (then + now)[order] * share
    group, filled = np.zeros(len(order), dtype=np.int64), 0.0
    for place, rows in enumerate(expected):
        group[place] = group[place - 1] + (filled >= _FEWEST_EXPECTED) if place else 0
        filled = rows if filled >= _FEWEST_EXPECTED else filled + rows
    if filled < _FEWEST_EXPECTED:
        group[group == group[-1]] = max(group[-1] - 1, 0)
    return tuple(np.bincount(group, weights=side[order]).astype(np.int64) for side in (then, now))  # type: ignore[return-value]


def share_p_value(hits_then: float, rows_then: float, hits_now: float, rows_now: float) -> float:
    """Chance that two shares differ as much: twice the smaller tail of the hypergeometric law (Fisher's exact test)."""
    n, m = round(rows_then), round(rows_now)
    drawn = min(round(hits_now), m)
    hits = min(round(hits_then), n) + drawn
    if hits in (0, n + m):
        return 1.0
    possible = np.arange(max(0, hits - n), min(hits, m) + 1)
    law = _log_choose(m, possible) + _log_choose(n, hits - possible) - _log_choose(n + m, np.array(hits))
    chances = np.exp(law)
    place = drawn - possible[0]
    return float(min(1.0, 2.0 * min(chances[: place + 1].sum(), chances[place:].sum())))


def _pairs(n: float, m: float) -> float:
    return n * m / (n + m)


def _lattice_tail(ks: float, tie_shares: np.ndarray, rows: tuple[float, float]) -> float:
    """Probability that a random path from no rows to all of both sides leaves the band at the end of a tie."""
    shrink = min(1.0, _LATTICE_ROWS / min(rows), _LATTICE_STEPS / sum(rows))
    n, m = sorted(max(1, round(side * shrink)) for side in rows)
    scaled = shrink < 1.0 or abs(sum(rows) - n - m) > 1e-9
    limit = ks * math.sqrt(_pairs(*rows) / _pairs(n, m)) - (0.5 / m if scaled else 1e-12)
    ends = np.zeros(n + m + 1, dtype=bool)
    ends[np.round(tie_shares * (n + m)).astype(np.int64)] = True
    taken = np.arange(n + 1)
    inside = np.eye(1, n + 1)[0]
    for step in range(n + m):
        moved = inside * ((n - taken) / (n + m - step))
        inside = inside - moved
        inside[1:] += moved[:-1]
        if ends[step + 1]:
            inside[np.abs(taken / n - (step + 1 - taken) / m) >= limit] = 0.0
    return float(max(1.0 - inside.sum(), 0.0))


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
