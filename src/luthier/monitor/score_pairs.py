"""Score pairs: one metric in the reference and now, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.core.task import Task
from luthier.evaluate.answers import Answers, Resample
from luthier.evaluate.comparison import decimals, format_score
from luthier.evaluate.evaluation import interval_of
from luthier.evaluate.intervals import Interval, affordable_resamples, bootstrap
from luthier.evaluate.metrics import metric_named
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.row_losses import row_loss_for

_RESAMPLES = 400
_BESIDE = {"binary": ("log_loss", "accuracy", "precision", "recall", "roc_auc"), "multiclass": ("log_loss", "accuracy"), "regression": ("rmse", "mae")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePair(AbstractRecord):
    """One metric, then and now."""

    metric: str
    label: str
    greater_is_better: bool
    then: Interval
    "Realised on the labeled rows of the reference."
    now: Interval
    "Of the current window: realised, or estimated."

    @property
    def words(self) -> str:
        """Both values with the interval of the present one, for the middle of a sentence."""
        places = decimals(self.now.upper - self.now.lower)
        now, lower, upper, then = (format_score(value, places) for value in (self.now.value, self.now.lower, self.now.upper, self.then.value))
        return f"{self.label} {now} (95 % interval {lower} to {upper}) against {then} in the reference"

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ScorePair:
        """The pair that `to_json` wrote."""
        return cls(**{**record, "then": _interval(record["then"]), "now": _interval(record["now"])})


def watched_metrics(task: Task) -> tuple[str, ...]:
    """The task's own metric first, then those that everybody asks for."""
    own = row_loss_for(task.metric, task.kind).metric
    return (own, *(name for name in _BESIDE[task.kind.value] if name != own))


def realised_scores(task: Task, names: tuple[str, ...], then: Answers, now: Answers, *, seed: int = 0) -> tuple[ScorePair, ...]:
    """The metrics of rows whose truth is known, then and now, with bootstrap intervals."""
    return tuple(pair_scores(task, name, *(realised_interval(task, name, side, seed=seed) for side in (then, now))) for name in names)


def realised_interval(task: Task, name: str, answers: Answers, *, seed: int = 0) -> Interval:
    """One metric with its bootstrap interval."""
    metric = metric_named(name, task.kind)
    drawn = affordable_resamples(answers.rows, wanted=_RESAMPLES)
    values = bootstrap(lambda weights: metric.statistic(Resample(answers, weights)), rows=answers.rows, resamples=drawn, seed=seed)
    return interval_of(metric, answers, values)


def pair_scores(task: Task, name: str, then: Interval, now: Interval) -> ScorePair:
    """One metric's two intervals side by side."""
    metric = metric_named(name, task.kind)
    return ScorePair(metric=metric.name, label=metric.label, greater_is_better=metric.greater_is_better, then=then, now=now)


def percent(share: float) -> str:
    """A share as sentences show it: two digits, never a power of ten.

    Example:
        >>> percent(0.0123), percent(0.456), percent(12.3)
        ('1.2 %', '46 %', '1,230 %')
    """
    hundredths = 100.0 * share
    return f"{hundredths:,.0f} %" if abs(hundredths) >= 9.95 else f"{hundredths:.2g} %"


def _interval(record: Mapping[str, Any]) -> Interval:
    numbers = {name: math.nan if record[name] is None else float(record[name]) for name in ("value", "lower", "upper", "level")}
    return Interval(**numbers, method=record["method"])
