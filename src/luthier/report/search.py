"""The search in plain numbers: every recipe that was tried, the rungs on which they were compared, and which settings mattered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, log, sqrt
from typing import TypeAlias

Value: TypeAlias = bool | float | str
"""A setting that was searched: a number, a truth value or a name."""

LEAST_TRIALS = 10
"Trials with a score below which nothing is said about what mattered: chance would do the talking."

TOLD_APART = 2 * sqrt(2)
"Standard deviations between seeds that two scores of one recipe stay within in 19 of 20 cases; each of the two moves."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialFacts:
    """One recipe of the search, as it stood at the end."""

    number: int
    "In the order in which they were proposed, from 0."
    family: str
    "Which default recipe it varies, such as `tabm-mini`."
    origin: str = ""
    "Who proposed it: `default`, `prior`, `incumbent`, `tpe`..."
    state: str
    "`finished` (trained on every fold), `stopped` (on a rung), `failed`, or `running` where the time ended first."
    rung: int
    "The highest rung that it was compared on, as in `RungFacts.number`."
    folds: int
    "Folds on which it was trained there."
    epochs: float
    "Passes over the training rows that a member had at most."
    score: float | None
    "Mean over those folds, in the metric that chooses; None where it failed."
    settings: Mapping[str, Value]
    "What was searched, by path; a setting that is not active is left out."
    weight: float = 0.0
    "In the ensemble, 0 to 1."
    seconds: float | None = None
    "Its share of the clock."

    @property
    def scored(self) -> bool:
        """True where there is a number to compare."""
        return self.score is not None and isfinite(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class RungFacts:
    """What one rung saw, and what it let through."""

    number: int
    "0 for the first."
    epochs: float
    "Passes over the training rows, at most."
    folds: int
    trials: int
    "Trials that were compared here."
    kept: int
    "Of them, those that went on; on the last rung, those that were trained on every fold."
    seconds: float | None = None
    "Of the clock."


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingImportance:
    """How much one setting has to do with being among the better trials."""

    path: str
    "Such as `learning_rate` or `net.width`; `family` for the choice between families."
    family: str = ""
    "The family whose trials were looked at; empty across families."
    share: float
    "Of all settings together, 0 to 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchStory:
    """What was tried, and what mattered."""

    trials: tuple[TrialFacts, ...]
    "In the order in which they were proposed."
    rungs: tuple[RungFacts, ...] = ()
    "The shortest training first."
    importance: tuple[SettingImportance, ...] = ()
    metric_label: str
    greater_is_better: bool
    seed_noise: float | None = None
    "Standard deviation of the score between seeds of one recipe on the same rows; None where it was not measured."
    plan: tuple[str, ...] = ()
    "The plan as it was told before it started, a sentence each."
    proposer: str = ""
    "Who proposed, such as `prior-weighted`."
    stopped_early: int = 0
    "Trials that were stopped on a rung."
    trials_per_minute: float | None = None

    @property
    def ranked(self) -> tuple[TrialFacts, ...]:
        """Trials with a score, best first: whoever came further is better, since longer training alone lifts a score."""
        return tuple(sorted((trial for trial in self.trials if trial.scored), key=lambda trial: (-trial.rung, self.error(trial), trial.number)))

    @property
    def has_enough(self) -> bool:
        """True where there are trials enough to say what mattered."""
        return len(self.ranked) >= LEAST_TRIALS

    @property
    def best(self) -> TrialFacts | None:
        """The best of those that came furthest."""
        return next(iter(self.ranked), None)

    @property
    def compared(self) -> tuple[TrialFacts, ...]:
        """Trials as far as the best, best first: only their scores compare with its score."""
        ranked = self.ranked
        return tuple(trial for trial in ranked if trial.rung == ranked[0].rung)

    @property
    def as_good(self) -> tuple[TrialFacts, ...]:
        """The others whose distance to the best is no more than two seeds of one recipe may be apart; empty where that is unknown."""
        compared, reach = self.compared, self.noise_reach
        if reach is None or not compared:
            return ()
        least = self.error(compared[0])
        return tuple(trial for trial in compared[1:] if self.error(trial) - least <= reach)

    @property
    def noise_reach(self) -> float | None:
        """How far two scores may be apart by their seeds alone; None where the noise is unknown."""
        return None if self.seed_noise is None else TOLD_APART * self.seed_noise

    @property
    def families(self) -> tuple[str, ...]:
        """Every family, the one with the most trials first."""
        counts = Counter(trial.family for trial in self.trials)
        return tuple(sorted(counts, key=lambda family: (-counts[family], family)))

    @property
    def expected_optimism(self) -> float | None:
        """How much the luck of its seed flatters the best of the trials if all are equally good; None where the noise is unknown.

        Source: the expected maximum of n normal numbers is at most σ √(2 ln n).
        """
        return None if self.seed_noise is None else self.seed_noise * sqrt(2 * log(max(len(self.ranked), 1)))

    def error(self, trial: TrialFacts) -> float:
        """The score turned so that less is better."""
        score = float("inf") if trial.score is None else trial.score
        return -score if self.greater_is_better else score

    def rung_name(self, number: int) -> str:
        """What a reader calls a rung: they are counted from 1."""
        numbers = [rung.number for rung in self.rungs]
        return f"rung {numbers.index(number) + 1 if number in numbers else number + 1}"


def setting_label(path: str) -> str:
    """A path as people read it.

    Example:
        >>> setting_label("net.hidden_dropout"), setting_label("decay_rate")
        ('net hidden dropout', 'learning rate × weight decay')
    """
    return "learning rate × weight decay" if path == "decay_rate" else path.replace("_", " ").replace(".", " ")
