"""How good: scores with their intervals, the baselines, and the comparisons with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One metric of one contestant on the sealed rows."""

    metric: str
    "Name in the registry of metrics, such as `log_loss`."
    label: str
    "What people call it, such as `Log-loss`."
    greater_is_better: bool
    value: float
    "In the unit of the metric."
    lower: float | None = None
    "Lower end of the interval."
    upper: float | None = None
    "Upper end of the interval."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """The model, or one baseline judged on the same rows."""

    name: str
    "`model`, or the name of the baseline: `constant`, `linear`, `gradient boosting`."
    label: str
    "What the reader sees, such as `Gradient boosting`."
    scores: tuple[Score, ...]
    "In the order of the table."
    seconds: float | None = None
    "Seconds that it took to fit."

    @property
    def is_model(self) -> bool:
        """True for the network, false for a baseline."""
        return self.name == "model"

    def score(self, metric: str) -> Score | None:
        """The score of that metric, where there is one."""
        return next((score for score in self.scores if score.metric == metric), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The model against one baseline, row by row."""

    baseline: str
    "Name of the baseline, as in `Contestant.name`."
    label: str
    "What the reader sees."
    metric_label: str
    "The metric that is compared."
    improvement: float
    "How much better the model is, in the unit of the metric; positive always favors the model."
    lower: float
    "Lower end of its interval."
    upper: float
    "Upper end of its interval."
    p_value: float | None
    "Of the paired test; None where none was made."
    verdict: str
    "`better`, `not distinguishable` or `worse`: the model, compared with the baseline."
    sentence: str
    "The same in plain words."


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimism:
    """What the folds promised beside what the sealed rows gave."""

    metric_label: str
    greater_is_better: bool
    best_fold: float
    "Best mean fold score of any single recipe: the number that a careless report would show."
    sealed: float
    "Score of the final model on the sealed rows."
    best_recipe: str
    "The recipe with the best mean fold score."
    ensemble_fold: float | None = None
    "Out-of-fold score of the whole ensemble."

    @property
    def gap(self) -> float:
        """How much worse the sealed score is than the best fold score; negative where it is better."""
        gap = self.sealed - self.best_fold
        return -gap if self.greater_is_better else gap
