"""Trial: one recipe that was proposed, and what came of it rung by rung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, isfinite
from typing import TypeAlias

import numpy as np

from luthier.core.recipe import Recipe, Setting

Point: TypeAlias = Mapping[str, Setting]
"""A place in a space: the value of every setting that is searched, by its path; `family` names the family of recipes."""


class TrialState(StrEnum):
    """How a trial stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    "Compared with others on a rung, and not good enough to go on."
    FINISHED = "finished"
    "Trained on every fold."
    FAILED = "failed"
    "Diverged, or its networks could not be trained."


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a trial reached on one rung."""

    rung: int
    "0 for the first."
    folds: tuple[int, ...]
    "Folds on which it was trained there."
    errors: tuple[float, ...]
    "Validation error on each of them, smaller is better; infinite where it diverged."
    epochs: float
    "Passes over the training rows that a member had at most."
    rows: int
    "Training rows that its members looked at, all together."
    seconds: float = 0.0
    "Of the clock, its share of what was trained beside it."

    @property
    def error(self) -> float:
        """Mean over the folds."""
        return float(np.mean(self.errors))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One recipe of a search."""

    number: int
    "In the order in which they were proposed, from 0."
    point: Point
    recipe: Recipe
    origin: str = "prior"
    "Who proposed it: `default`, `prior`, `incumbent`, `quasi-random`, `tpe`..."
    scores: tuple[Score, ...] = ()
    "One a rung, the longest training last."
    state: TrialState = TrialState.RUNNING

    @property
    def rung(self) -> int:
        """The highest rung with a score; -1 before the first."""
        return self.scores[-1].rung if self.scores else -1

    @property
    def error(self) -> float:
        """Its error on the highest rung; infinite before the first and after a divergence."""
        return self.scores[-1].error if self.scores else inf

    @property
    def usable(self) -> bool:
        """True where there is a number to compare."""
        return isfinite(self.error)

    def score_at(self, rung: int) -> Score | None:
        """What it reached on a rung; None where it never came there."""
        return next((score for score in self.scores if score.rung == rung), None)

    def with_score(self, score: Score) -> Trial:
        """The trial one rung further."""
        state = self.state if isfinite(score.error) else TrialState.FAILED
        return replace(self, scores=(*self.scores, score), state=state)
