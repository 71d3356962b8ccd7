"""Rungs: on which folds and for how long recipes are compared before the worse ones stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from luthier.tune.trials import Trial

FEWEST_EPOCHS = 2.0
"No recipe is judged before so many passes over its rows: the warmup, a twentieth of a schedule, is long over then."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One comparison."""

    number: int
    "Recipes are compared with all that ever stood on the rung of this number: it stands for a length of training."
    epochs: float
    "Share of the epochs of a full training; the schedule is as long as the rung, so that the learning rate has decayed when it ends."
    folds: int
    "Folds that each recipe is trained on, always the first ones: all recipes are compared on the same rows."
    keep: int
    "Recipes that go on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """One round of a search: so many recipes come in, rung by rung fewer go on, the last ones are trained on every fold."""

    recipes: int
    groups: int
    "Shapes that the recipes come in: those of one shape are one population."
    rungs: tuple[Rung, ...]

    @property
    def finalists(self) -> int:
        """Recipes that are trained on every fold."""
        return self.rungs[-1].keep

    def cost(self, *, folds: int) -> float:
        """What it costs, in full trainings on so many folds."""
        came, total = self.recipes, 0.0
        for rung in self.rungs:
            total += came * rung.epochs * min(rung.folds, folds) / folds
            came = rung.keep
        return total + came


SCREENING = Rung(number=0, epochs=1 / 9, folds=1, keep=0)
MIDDLE = Rung(number=1, epochs=1 / 3, folds=2, keep=0)
FULL = 2
"Number of the rung on which recipes are trained on every fold."

BRACKETS: tuple[tuple[float, Bracket], ...] = (
    (4.0, Bracket(recipes=8, groups=2, rungs=(replace(MIDDLE, keep=2),))),
    (16.0, Bracket(recipes=18, groups=3, rungs=(replace(SCREENING, keep=6), replace(MIDDLE, keep=2)))),
    (48.0, Bracket(recipes=27, groups=3, rungs=(replace(SCREENING, keep=9), replace(MIDDLE, keep=3)))),
)
"""(full trainings that are still affordable, the bracket from there on): successive halving by three (Jamieson and Talwalkar, arXiv 1502.07943;
Li et al., arXiv 1810.05934), fewer rungs where less is affordable."""


def bracket_for(affordable: float) -> Bracket | None:
    """The bracket for what is left; None where not even the smallest is worth it."""
    fitting = [bracket for least, bracket in BRACKETS if affordable >= least]
    return fitting[-1] if fitting else None


def survivors(running: Sequence[Trial], others: Sequence[Trial], rung: int, *, keep: int) -> list[Trial]:
    """Who goes on: the best, but nobody who is not among the better half of all that ever stood on this rung.

    Args:
        running: trials that were just compared.
        others: all trials of earlier rounds.
        keep: at most so many; the best one always goes on if it is usable.
    """
    ranked = sorted((trial for trial in running if trial.usable), key=lambda trial: trial.error)
    before = [score.error for trial in others if (score := trial.score_at(rung)) is not None and np.isfinite(score.error)]
    bar = float(np.median([*before, *(trial.error for trial in ranked)])) if ranked else 0.0
    return [trial for place, trial in enumerate(ranked[:keep]) if place == 0 or trial.error <= bar]
