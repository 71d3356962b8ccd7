"""What each choice added: differences between runs that were made anyway, with their noise."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from luthier.report.search import Value

FEWEST_RUNS = 3
"On either side of a comparison: below, nothing is said."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceEffect:
    """One choice against the one that stands for leaving it alone."""

    path: str
    "Of the setting, such as `augmentation.flip` or `schedule`."
    value: Value
    "What was chosen; true for a number that is not zero, or a part that is switched on."
    instead_of: Value
    "What it is compared with; false for zero, or switched off."
    gain: float | None
    "How much better the score on the held-out rows was: negative where the choice hurt; None where the runs cannot tell."
    reach: float | None = None
    "Half of the 95 % interval of the gain."
    runs: int
    "Runs with the choice, of those that were compared."
    runs_without: int
    "Runs with the other one."
    paired: bool = False
    "True where the runs differ in nothing else; else the other settings were accounted for by an additive model."
    entangled: bool = False
    "True where the choice always came together with another one, so that nobody can tell which of them it was."
    kept: bool | None = None
    "True where the best recipe has it, False where it has the other one, None where it has neither or is not known."

    @property
    def verdict(self) -> str:
        """`helped`, `hurt`, `not clear`, or `unknown` where there is no number."""
        if self.gain is None or self.reach is None or not (isfinite(self.gain) and isfinite(self.reach)):
            return "unknown"
        if abs(self.gain) <= self.reach:
            return "not clear"
        return "helped" if self.gain > 0 else "hurt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """All choices that were compared."""

    effects: tuple[ChoiceEffect, ...]
    metric_label: str
    "Of the score, such as `accuracy`."
    in_points: bool = False
    "True where the score is a share: gains are told in percentage points."
    runs: int
    "Runs that ended with a score: a recipe on a fold each."
