"""Dependence: how many independent rows a stretch of dependent ones is worth.

Two remedies follow. Tests of one column divide their sizes by the inflation. The test of all columns together takes rows so far apart that they do not
depend on each other: permuting blocks of rows instead let 20 to 45 of 100 unchanged windows of an AR(1) series alarm at 5 %, measured here with
coefficients of 0.6 and 0.9, because a few dozen blocks tell too little of the spread of a mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

_FEWEST = 40
"Rows below which nothing is told about their dependence."
_PIECES = 4
_NEGLIGIBLE = 1.25
"Inflation below which rows are taken as they stand."


@dataclass(frozen=True, slots=True, kw_only=True)
class Inflation:
    """By how much the dependence between neighbors inflates the variance of a mean: 1 for independent rows."""

    then: float = 1.0
    "Of the reference."
    now: float = 1.0
    "Of the current window."

    def effective(self, rows_then: int, rows_now: int) -> tuple[float, float]:
        """How many independent rows both sides are worth."""
        return rows_then / self.then, rows_now / self.now

    @property
    def block(self) -> int:
        """Rows after which a new block is as good as independent of the one before."""
        largest = max(self.then, self.now)
        return 1 if largest < _NEGLIGIBLE else math.ceil(4.0 * largest)

    @property
    def steps(self) -> tuple[int, int]:
        """Every how many rows of each side one is taken, so that those taken are as good as independent.

        Of an AR(1) series with coefficient r the inflation is (1 + r) / (1 - r); rows two inflations apart are correlated by 0.03 at most.

        Example:
            >>> Inflation(then=4.0).steps
            (7, 1)
        """
        return tuple(1 if side < _NEGLIGIBLE else math.ceil(2.0 * side) - 1 for side in (self.then, self.now))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """When the rows of both sides were observed, in order: seconds, or None where nobody knows and rows count as independent."""

    then: np.ndarray | None = None
    now: np.ndarray | None = None

    def inflation(self, then: np.ndarray, now: np.ndarray, *, columns: int = 1) -> Inflation:
        """The inflation of both sides of one column, its rows in this order; 1 where a correlation of neighbors is within chance.

        The current window is looked at in four pieces, each about its own mean, of which the median counts: a change in the middle of it is no
        dependence. Where both sides have times, the time over which the reference's rows depend on each other holds for the current ones as well.

        Args:
            columns: of so many columns the most dependent one is sought: more is then within chance.
        """
        certain = -float(ndtri(0.05 / columns))
        side_then = 1.0 if self.then is None else _inflation(autocorrelation(then), len(then), certain)
        side_now = 1.0 if self.now is None else _inflation(_by_pieces(now), len(now), certain)
        if self.then is not None and self.now is not None and side_then > 1.0:
            step_then, step_now = _step(self.then), _step(self.now)
            if step_then > 0 and step_now > 0:
                side_now = max(side_now, min(side_then * step_then / step_now, len(now) / 2))
        return Inflation(then=side_then, now=side_now)


def autocorrelation(values: np.ndarray) -> np.ndarray:
    """The correlation of the ranks with those some rows later, lag 0 first; a missing value counts as an average one.

    Ranks bound what the tests here look at: whether values lie below a point is correlated less than their ranks are.
    """
    ranks = _centered_ranks(values)
    size = 2 ** math.ceil(math.log2(2 * len(ranks)))
    covariance = np.fft.irfft(np.abs(np.fft.rfft(ranks, size)) ** 2, size)[: len(ranks)]
    return covariance / covariance[0] if covariance[0] > 0 else np.eye(1, len(ranks))[0]


def _by_pieces(values: np.ndarray) -> np.ndarray:
    length = len(values) // _PIECES
    if length < _FEWEST:
        return autocorrelation(values)
    pieces = [autocorrelation(values[piece * length : (piece + 1) * length]) for piece in range(_PIECES)]
    return np.median(pieces, axis=0)


def _centered_ranks(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    ranks = np.zeros(len(values))
    if present.any():
        ranks[present] = rankdata(values[present])
        ranks[present] -= ranks[present].mean()
    return ranks


def _inflation(correlation: np.ndarray, rows: int, certain: float) -> float:
    """One plus twice the sum of the correlations, in pairs as long as they are positive and fall (Geyer, Practical Markov Chain Monte Carlo, 1992)."""
    if rows < _FEWEST or correlation[1] * math.sqrt(rows) < certain:
        return 1.0
    pairs = correlation[: len(correlation) // 2 * 2].reshape(-1, 2).sum(axis=1)
    positive = int(np.argmax(pairs <= 0)) if (pairs <= 0).any() else len(pairs)
    return float(max(2.0 * np.minimum.accumulate(pairs[:positive]).sum() - 1.0, 1.0))


def _step(at: np.ndarray) -> float:
    return float(at[-1] - at[0]) / max(len(at) - 1, 1)
