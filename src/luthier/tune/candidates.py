"""Candidate: a recipe with one seed, trained on every fold: what an ensemble is chosen from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luthier.core.recipe import Recipe
from luthier.fit import FoldTensors, TrainedMember


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """One recipe with one seed, trained on every fold."""

    trial: int
    "Number of the trial that it belongs to."
    recipe: Recipe
    round_number: int
    "0 at the first full training of the recipe; later ones are other seeds."
    trained: tuple[TrainedMember, ...]
    "One a fold, in the order of the folds."
    predictions: np.ndarray
    "Out-of-fold: for the validation rows of the trained folds, one fold after the other."
    error: float
    "Out-of-fold error of the metric."
    seconds: float
    "Of the clock."
    rows: int
    "Training rows that its members looked at, all together."

    @property
    def held(self) -> bool:
        """False once its networks were let go."""
        return self.predictions.size > 0

    @property
    def epochs(self) -> float:
        """Mean epochs that its members trained."""
        return float(np.mean([entry.curve.epochs[-1] for entry in self.trained]))

    @property
    def size(self) -> int:
        """Trained numbers of all its members."""
        return sum(entry.weights.numel() for entry in self.trained)


def oof_rows(data: FoldTensors) -> np.ndarray:
    """Rows (counted among the training rows) of out-of-fold predictions."""
    return np.concatenate([rows.cpu().numpy() for rows in data.validation_rows])


def oof_truth(data: FoldTensors) -> np.ndarray:
    """The truth of out-of-fold predictions."""
    return data.truth[oof_rows(data)]
