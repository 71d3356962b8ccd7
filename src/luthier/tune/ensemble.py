"""Weighted ensembles: greedy selection on out-of-fold predictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

ROUNDS = 20
"Picks with replacement: weights come in steps of 1/20."
FIRST = 3
"The selection starts from so many of the best: where many candidates are nearly as good, the single best one is the luckiest."
NEAR = 1.05
"As long as their errors are within this of the best one's."
WORTH = 5e-4
"Relative gain that a pick must bring: less is noise of the out-of-fold rows, and costs time at every prediction."
TRUST = 0.5
"How far the weights of the selection are trusted; the rest of the weight is divided evenly among the chosen."
MOST_NUMBERS = 1_500_000
"Trained numbers of an ensemble: 6 MB, and about two seconds for 100,000 rows on two cores."


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensemble:
    """Which candidates speak, and how loud."""

    weights: tuple[float, ...]
    "One a candidate, adding up to 1; most may be 0."
    error: float
    "Out-of-fold error of the mix."

    @property
    def chosen(self) -> tuple[int, ...]:
        """The candidates with a weight."""
        return tuple(candidate for candidate, weight in enumerate(self.weights) if weight > 0)


def select_ensemble(
    candidates: Sequence[np.ndarray],
    truth: np.ndarray,
    error: Callable[[np.ndarray, np.ndarray], float],
    *,
    sizes: Sequence[int] | None = None,
    most_numbers: int = MOST_NUMBERS,
) -> Ensemble:
    """Greedy forward selection with replacement, kept from overfitting in three ways.

    It starts from the mean of the few best; it ends when no candidate lowers the error of the mean by `WORTH`; and the weights are drawn
    halfway towards equal ones, because the out-of-fold rows have chosen the epochs of the candidates already.

    Args:
        candidates: out-of-fold predictions of each, all on the same rows.
        error: (truth, prediction) -> number, smaller is better.
        sizes: trained numbers of each candidate; together the chosen ones stay below `most_numbers`; where none does, the best alone is taken.

    Source: Caruana et al., Ensemble Selection from Libraries of Models, ICML 2004, for the selection and its sorted start.
    """
    selection = _Selection(candidates, truth, error, sizes or [0] * len(candidates), most_numbers)
    counts = np.bincount(selection.picks(), minlength=len(candidates))
    weights = TRUST * counts / counts.sum() + (1 - TRUST) * (counts > 0) / np.count_nonzero(counts)
    return Ensemble(weights=tuple(map(float, weights)), error=error(truth, np.tensordot(weights, np.stack(candidates), axes=1)))


@dataclass(slots=True)
class _Selection:
    """One greedy selection."""

    candidates: Sequence[np.ndarray]
    truth: np.ndarray
    error: Callable[[np.ndarray, np.ndarray], float]
    sizes: Sequence[int]
    most_numbers: int

    def picks(self) -> list[int]:
        """The numbers of the picked candidates, one for every pick."""
        picks = self._first()
        total = np.sum([self.candidates[number] for number in picks], axis=0)
        best = self.error(self.truth, total / len(picks))
        while len(picks) < ROUNDS:
            trials = [self._error_with(number, total, picks) for number in range(len(self.candidates))]
            winner = int(np.argmin(trials))
            if trials[winner] >= best - (abs(best) * WORTH if winner not in picks else 0.0):
                break
            picks.append(winner)
            total, best = total + self.candidates[winner], trials[winner]
        return picks

    def _first(self) -> list[int]:
        alone = [self.error(self.truth, candidate) for candidate in self.candidates]
        order = [int(number) for number in np.argsort(alone, kind="stable")]
        ranked = ([number for number in order if self._fits(number, [])] or order)[:FIRST]
        picks = ranked[:1]
        for number in ranked[1:]:
            near = alone[number] <= alone[ranked[0]] + abs(alone[ranked[0]]) * (NEAR - 1)
            if near and self._fits(number, picks):
                picks.append(number)
        return picks

    def _error_with(self, number: int, total: np.ndarray, picks: Sequence[int]) -> float:
        if not self._fits(number, picks):
            return float("inf")
        return self.error(self.truth, (total + self.candidates[number]) / (len(picks) + 1))

    def _fits(self, number: int, picks: Sequence[int]) -> bool:
        return number in picks or sum(self.sizes[chosen] for chosen in {*picks, number}) <= self.most_numbers
