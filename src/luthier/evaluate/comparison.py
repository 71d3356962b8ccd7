"""Comparison: is one prediction better than another on the same rows, or can these rows not tell?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from luthier.evaluate.answers import Answers, Floats, Resample
from luthier.evaluate.intervals import LEVEL, RESAMPLES, Interval, affordable_resamples, bootstrap, percentile_interval
from luthier.evaluate.metric import Metric
from luthier.evaluate.records import AbstractRecord


class Verdict(StrEnum):
    """What the interval of the difference says."""

    BETTER = "better"
    NOT_DISTINGUISHABLE = "not distinguishable"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(AbstractRecord):
    """A prediction against a baseline, paired over the same rows."""

    baseline: str
    "What people call it, such as `gradient boosting`."
    metric: str
    label: str
    "The metric as people write it."
    greater_is_better: bool
    score: float
    baseline_score: float
    difference: Interval
    "Score minus the baseline's score, in the metric's own unit."
    p_value: float
    "Two-sided, from the same resamples: how often the difference changes its sign."
    verdict: Verdict
    rows: int

    @property
    def sentence(self) -> str:
        """The verdict with its numbers, in one plain sentence."""
        opening = {Verdict.BETTER: "Better than", Verdict.NOT_DISTINGUISHABLE: "Not distinguishable from", Verdict.WORSE: "Worse than"}[self.verdict]
        places = decimals(self.difference.upper - self.difference.lower)
        score, baseline_score = format_score(self.score, places), format_score(self.baseline_score, places)
        difference, lower, upper = (format_score(value, places) for value in (self.difference.value, self.difference.lower, self.difference.upper))
        opening = f"{opening} {self.baseline}: {self.label} {score} against {baseline_score}"
        return f"{opening} (difference {difference}, {100 * self.difference.level:g} % interval {lower} to {upper}, n = {self.rows:,})."

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with the sentence."""
        return {**AbstractRecord.to_json(self), "sentence": self.sentence}


def compare(
    metric: Metric, truth: ArrayLike, prediction: ArrayLike, baseline_prediction: ArrayLike, *, baseline: str, seed: int = 0, resamples: int = RESAMPLES
) -> Comparison:
    """Judge two predictions by one metric: every resample draws the same rows for both.

    Args:
        baseline: what people call the other prediction.

    Example:
        >>> from luthier.evaluate import METRICS
        >>> truth = [0.0, 1.0, 2.0, 3.0] * 50
        >>> compare(METRICS["rmse"], truth, truth, [1.5] * 200, baseline="the constant").verdict.value
        'better'
    """
    ours, theirs = Answers(truth, prediction), Answers(truth, baseline_prediction)
    scores = [float(metric.statistic(Resample(answers))[0]) for answers in (ours, theirs)]
    differences = bootstrap(
        lambda weights: metric.statistic(Resample(ours, weights)) - metric.statistic(Resample(theirs, weights)),
        rows=ours.rows,
        resamples=affordable_resamples(ours.rows, wanted=resamples),
        seed=seed,
    )
    difference = percentile_interval(scores[0] - scores[1], differences, rows=ours.rows, level=LEVEL)
    return Comparison(
        baseline=baseline,
        metric=metric.name,
        label=metric.label,
        greater_is_better=metric.greater_is_better,
        score=scores[0],
        baseline_score=scores[1],
        difference=difference,
        p_value=_sign_change(differences),
        verdict=_verdict(difference, greater_is_better=metric.greater_is_better),
        rows=ours.rows,
    )


def decimals(width: float) -> int:
    """Decimal places that show two digits of an interval's width, 0 to 6; 3 where there is no width.

    Example:
        >>> decimals(0.016), decimals(250.0)
        (3, 0)
    """
    if not width > 0:
        return 3
    return min(max(1 - math.floor(math.log10(width)), 0), 6)


def format_score(value: float, places: int) -> str:
    """A number as sentences and tables show it, without a minus sign on zero."""
    return f"{round(value, places) + 0.0:,.{places}f}"


def _verdict(difference: Interval, *, greater_is_better: bool) -> Verdict:
    if difference.lower > 0:
        return Verdict.BETTER if greater_is_better else Verdict.WORSE
    if difference.upper < 0:
        return Verdict.WORSE if greater_is_better else Verdict.BETTER
    return Verdict.NOT_DISTINGUISHABLE


def _sign_change(differences: Floats) -> float:
    """Twice the smaller share of resamples on one side of zero; the value itself counts as one of them, so that p is never 0."""
    existing = differences[~np.isnan(differences)]
    smaller = min(int((existing <= 0).sum()), int((existing >= 0).sum()))
    return min(2.0 * (1 + smaller) / (1 + len(existing)), 1.0)
