"""Truth beside prediction, and the same rows resampled: what every metric is computed from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from luthier.core.errors import SettingInvalid, TooFewRows

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Booleans: TypeAlias = NDArray[np.bool_]
Kept = TypeVar("Kept")


class Answers:
    """The truth and the prediction of the same rows.

    What a metric prepares once, such as a sorting, is kept here: `answers.kept(function)` calls `function(answers)` the first time only.

    Args:
        truth: class numbers, or numbers for a regression. Shape [rows].
        prediction: probabilities [rows, classes], or numbers [rows].
        threshold: probability of class 1 from which on a binary answer is class 1; the most probable class where it is `None`.
    """

    __slots__ = ("_kept", "prediction", "threshold", "truth")

    def __init__(self, truth: ArrayLike, prediction: ArrayLike, *, threshold: float | None = None) -> None:
        self.prediction: Floats = np.asarray(prediction, dtype=np.float64)
        self.truth: NDArray[Any] = np.asarray(truth, dtype=np.int64 if self.prediction.ndim == 2 else np.float64)
        self.threshold = threshold
        self._kept: dict[Callable[[Answers], Any], Any] = {}
        _require_same_rows(self.truth, self.prediction)

    @property
    def rows(self) -> int:
        """How many rows are judged."""
        return len(self.truth)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.prediction.shape[1])

    def kept(self, function: Callable[[Answers], Kept]) -> Kept:
        """`function(self)`, computed once."""
        if function not in self._kept:
            self._kept[function] = function(self)
        found: Kept = self._kept[function]
        return found


class Resample:
    """Answers drawn again, many times at once: each row counts as often as its weight says.

    Args:
        weights: how often each row was drawn, [rows, resamples], every column summing to the number of rows; each row once where it is `None`.
    """

    __slots__ = ("_kept", "answers", "weights")

    def __init__(self, answers: Answers, weights: Floats | None = None) -> None:
        self.answers = answers
        self.weights: Floats = np.ones((answers.rows, 1)) if weights is None else weights
        self._kept: dict[Callable[[Resample], Any], Any] = {}

    def kept(self, function: Callable[[Resample], Kept]) -> Kept:
        """`function(self)`, computed once."""
        if function not in self._kept:
            self._kept[function] = function(self)
        found: Kept = self._kept[function]
        return found

    def mean(self, losses: Callable[[Answers], Floats]) -> Floats:
        """Mean of a number that each row has, for every resample."""
        means: Floats = self.answers.kept(losses) @ self.weights / self.answers.rows
        return means

    def sums(self, groups: csr_array) -> Floats:
        """Weighted sum over the rows of each group, [groups, resamples]."""
        summed: Floats = groups @ self.weights
        return summed


def group_matrix(groups: Integers, count: int, *, values: Floats | None = None, rows: Integers | None = None, total: int | None = None) -> csr_array:
    """The sparse matrix [groups, rows] that sums rows, or a number of each row, by group.

    Args:
        groups: group of each row.
        count: number of groups.
        values: number of each row; 1 where it is `None`.
        rows: row numbers that `groups` speaks of; all rows where it is `None`.
        total: number of rows in the table; the length of `groups` where it is `None`.
    """
    members = np.arange(len(groups)) if rows is None else rows
    data = np.ones(len(groups)) if values is None else values
    return csr_array((data, (groups, members)), shape=(count, len(groups) if total is None else total))


def share(part: Floats, whole: Floats) -> Floats:
    """`part / whole`, NaN where the whole is nothing."""
    shares: Floats = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    return shares


def _require_same_rows(truth: NDArray[Any], prediction: Floats) -> None:
    if len(truth) == 0:
        raise TooFewRows("Judging needs at least one row with a known target, but none came.")
    if truth.ndim != 1 or prediction.ndim not in (1, 2) or len(truth) != len(prediction):
        raise SettingInvalid(
            f"Truth and prediction must have the same rows, but truth has the shape {truth.shape} and prediction {prediction.shape}. "
            "Give one prediction for each row."
        )
