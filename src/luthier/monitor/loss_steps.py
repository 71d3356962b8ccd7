"""Loss steps: a model of which rows cost more, as a sum of many small steps, each along one column.

Boosting (J. H. Friedman 2001, Greedy Function Approximation) with one column a round, all its bins moved at once: it follows thresholds, curves and categories,
needs nothing but counts, and says nothing of a bin that it has never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luthier.evaluate.answers import Floats, Integers

_BINS = 16
_MOST_LEVELS = 50
_RATE = 0.1
_SHRINK_ROWS = 20.0  # a bin of so many rows moves half as far as its mean asks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Binning:
    """How the values of each column fall into bins; bin 0 is for what is missing or was never seen."""

    edges: tuple[Floats, ...]
    "For each column the edges of its bins; the places of its levels where it has levels."
    is_category: tuple[bool, ...]

    @classmethod
    def of(cls, columns: Sequence[Floats], is_category: Sequence[bool]) -> Binning:
        """Bins of about equally many rows; a bin for each of the most frequent categories."""
        edges = [_levels(column) if category else _quantiles(column) for column, category in zip(columns, is_category, strict=True)]
        return cls(edges=tuple(edges), is_category=tuple(is_category))

    @property
    def sizes(self) -> Integers:
        """Bins of each column."""
        return np.array([len(edges) + 2 for edges in self.edges], dtype=np.int64)

    def place(self, columns: Sequence[Floats]) -> Integers:
        """The bin of each cell, counted over all columns in a row, [rows, columns]."""
        codes = [self._codes(number, column) for number, column in enumerate(columns)]
        return np.stack(codes, axis=1) + np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    def _codes(self, number: int, column: Floats) -> Integers:
        edges = self.edges[number]
        codes = np.searchsorted(edges, np.nan_to_num(column), side="right").astype(np.int64) + 1
        if self.is_category[number]:
            codes = np.where(np.isin(column, edges), codes, 0)
        return np.where(np.isnan(column), 0, codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossSteps:
    """What each bin adds to the mean loss, after each of several numbers of rounds."""

    mean: float
    steps: Floats
    "[checkpoints, bins]"

    @classmethod
    def fit(cls, places: Integers, losses: Floats, sizes: Integers, checkpoints: Sequence[int]) -> LossSteps:
        """Learn from the bins of each row and its loss.

        Args:
            checkpoints: numbers of rounds after which the model is kept.
        """
        total, kept = np.zeros(int(sizes.sum())), []
        counts = np.bincount(places.ravel(), minlength=len(total)).astype(np.float64)
        begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        rest = losses - losses.mean()
        for done in range(max(checkpoints) + 1):
            if done in checkpoints:
                kept.append(total.copy())
            sums = np.bincount(places.ravel(), weights=np.repeat(rest, places.shape[1]), minlength=len(total))
            column = int(np.argmax(np.add.reduceat(np.square(sums) / (counts + _SHRINK_ROWS), begins)))
            inside = slice(begins[column], begins[column] + sizes[column])
            step = np.zeros_like(total)
            step[inside] = _RATE * sums[inside] / (counts[inside] + _SHRINK_ROWS)
            total += step
            rest = rest - step[places[:, column]]
        return cls(mean=float(losses.mean()), steps=np.array(kept))

    def predict(self, places: Integers) -> Floats:
        """The loss to expect of each row after each checkpoint, [checkpoints, rows]; never negative."""
        return np.stack([np.maximum(self.mean + step[places].sum(axis=1), 0.0) for step in self.steps])


def _quantiles(column: Floats) -> Floats:
    known = column[~np.isnan(column)]
    if not len(known):
        return np.empty(0)
    return np.unique(np.quantile(known, np.arange(1, _BINS) / _BINS))


def _levels(column: Floats) -> Floats:
    levels, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    return np.sort(levels[np.argsort(-counts, kind="stable")[:_MOST_LEVELS]])
