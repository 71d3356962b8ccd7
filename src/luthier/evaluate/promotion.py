"""Promotion: is the challenger surely better than the champion, on the same rows, everywhere, and quick enough?

Bounds come from confidence sequences, so that the question may be asked after every label that comes in: a challenger that is no better is
accepted at any time with a probability of at most alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from luthier.core.errors import SettingInvalid
from luthier.core.task import Task
from luthier.evaluate.answers import Answers, Floats
from luthier.evaluate.comparison import decimals, format_score
from luthier.evaluate.confidence_sequences import (
    asymptotic_lower_bounds,
    asymptotic_upper_bounds,
    betting_lower_bounds,
    betting_upper_bounds,
)
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.row_losses import RowLoss, row_loss_for
from luthier.evaluate.slice_gains import SliceGain, judge_slices
from luthier.evaluate.slices import FEWEST_SLICE_ROWS, slice_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRules:
    """What a challenger has to show."""

    margin: float = 0.0
    "Its mean gain has to be more than this, in the unit of the loss."
    alpha: float = 0.05
    "Chance that one that is no better is ever accepted, however often one looks; and, apart from that, that a slice is called worse by luck."
    fewest_rows: int = 50
    "Labeled rows that both answered. With fewer nothing is decided."
    slice_bound: float = 0.1
    "How much worse a slice may be, as a share of the champion's mean loss."
    fewest_slice_rows: int = FEWEST_SLICE_ROWS
    most_latency_ratio: float = 1.5
    "Its time for an answer over the champion's."

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 0.5:
            raise SettingInvalid(f"alpha must be above 0 and below 0.5, but it is {self.alpha:g}. Give 0.05 for one wrong promotion in twenty.")
        for name in ("margin", "slice_bound", "most_latency_ratio"):
            if getattr(self, name) < 0:
                raise SettingInvalid(f"{name} must not be negative, but it is {getattr(self, name):g}. Give 0 for the strictest rule.")
        for name in ("fewest_rows", "fewest_slice_rows"):
            if getattr(self, name) < 2:
                raise SettingInvalid(f"{name} must be at least 2, but it is {getattr(self, name)}. One row tells nothing.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionEvidence(AbstractRecord):
    """The paired comparison of champion and challenger, and what follows from it."""

    metric: str
    loss: str
    "The loss of a row that was compared, as people write it."
    loss_stands_in: bool
    "True where the task's metric is no mean over rows, so that this loss stands for it."
    rows: int
    champion_loss: float
    challenger_loss: float
    gain: float
    "Mean loss of the champion minus that of the challenger, over the same rows."
    lower: float
    "The gain is at least this, with certainty 1 - alpha, however often one has looked."
    upper: float
    margin: float
    alpha: float
    slices: tuple[SliceGain, ...]
    "The slices that were judged, the worst first."
    latency_ratio: float | None
    accepted: bool
    reasons: tuple[str, ...]
    "Why it was not accepted; empty where it was."

    @property
    def sentence(self) -> str:
        """The verdict with its numbers."""
        opening = "The challenger is better" if self.accepted else "The challenger is not proven better"
        places = decimals(self.upper - self.lower)
        ours, theirs, gain, lower, upper = (
            format_score(value, places) for value in (self.challenger_loss, self.champion_loss, self.gain, self.lower, self.upper)
        )
        interval = f"gain {gain}, {100 * (1 - self.alpha):g} % sure to be above {lower} and as sure to be below {upper}, whenever one looks"
        return f"{opening}: {self.loss} {ours} against {theirs} on the same {self.rows:,} labeled rows ({interval})."

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with the sentence."""
        return {**AbstractRecord.to_json(self), "sentence": self.sentence}


def judge_promotion(
    task: Task,
    truth: ArrayLike,
    champion: ArrayLike,
    challenger: ArrayLike,
    *,
    inputs: pl.DataFrame | None = None,
    latency_ratio: float | None = None,
    rules: PromotionRules | None = None,
) -> PromotionEvidence:
    """Weigh a challenger against the champion on labeled rows that both answered.

    Args:
        truth: class numbers in the order of `task.classes`, or numbers.
        champion: its answers: probabilities [rows, classes], or numbers [rows].
        challenger: its answers to the same rows.
        inputs: the columns whose slices must not become worse; none where it is None.
        latency_ratio: the challenger's time for an answer over the champion's; not judged where it is None.

    Example:
        >>> from luthier.core.task import TaskKind
        >>> task = Task(kind=TaskKind.BINARY, target="ill", classes=("no", "yes"), metric="log_loss")
        >>> truth = np.tile([0, 1], 200)
        >>> sure, unsure = np.eye(2)[truth] * 0.8 + 0.1, np.full((400, 2), 0.5)
        >>> evidence = judge_promotion(task, truth, unsure, sure)
        >>> evidence.accepted, round(evidence.gain, 2), round(evidence.lower, 2)
        (True, 0.59, 0.51)
    """
    rules = rules or PromotionRules()
    loss = row_loss_for(task.metric, task.kind)
    before, after = row_losses(loss, truth, champion), row_losses(loss, truth, challenger)
    if len(before) != len(after):
        raise SettingInvalid(f"Both models must have answered the same rows, but {len(before):,} and {len(after):,} answers came. Give the rows of both.")
    gains = before - after
    lower, upper = gain_bounds(gains, loss, alpha=rules.alpha)
    slices = _judged_slices(task, champion, inputs, gains, mean_or_nan(before), rules)
    reasons = _reasons(loss, gains, lower, slices, latency_ratio, rules)
    return PromotionEvidence(
        metric=task.metric,
        loss=loss.label,
        loss_stands_in=loss.stands_in,
        rows=len(gains),
        champion_loss=mean_or_nan(before),
        challenger_loss=mean_or_nan(after),
        gain=mean_or_nan(gains),
        lower=lower,
        upper=upper,
        margin=rules.margin,
        alpha=rules.alpha,
        slices=slices,
        latency_ratio=latency_ratio,
        accepted=not reasons,
        reasons=reasons,
    )


def row_losses(loss: RowLoss, truth: ArrayLike, prediction: ArrayLike) -> Floats:
    """What each answer costs."""
    return loss.function(Answers(truth, prediction)) if len(np.asarray(truth)) else np.empty(0)


def mean_or_nan(values: Floats) -> float:
    """The mean; NaN of nothing."""
    return float(values.mean()) if len(values) else math.nan


def gain_bounds(gains: Floats, loss: RowLoss, *, alpha: float) -> tuple[float, float]:
    """The anytime-valid lower and upper bound of a mean difference of two such losses, each with error rate alpha."""
    if not len(gains):
        return -loss.most, loss.most
    if loss.is_bounded:
        lower, upper = betting_lower_bounds(gains, alpha=alpha, low=-loss.most), betting_upper_bounds(gains, alpha=alpha, high=loss.most)
    else:
        lower, upper = asymptotic_lower_bounds(gains, alpha=alpha), asymptotic_upper_bounds(gains, alpha=alpha)
    return float(lower[-1]), float(upper[-1])


def _judged_slices(
    task: Task, champion: ArrayLike, inputs: pl.DataFrame | None, gains: Floats, champion_loss: float, rules: PromotionRules
) -> tuple[SliceGain, ...]:
    answers = np.asarray(champion)
    predicted = np.asarray(task.classes)[answers.argmax(axis=1)] if task.kind.is_classification else None
    table = pl.DataFrame() if inputs is None else inputs
    slices = slice_rows(table, predicted=predicted, fewest_rows=rules.fewest_slice_rows)
    return judge_slices(slices, gains, bound=rules.slice_bound * champion_loss, alpha=rules.alpha)


def _reasons(loss: RowLoss, gains: Floats, lower: float, slices: tuple[SliceGain, ...], latency_ratio: float | None, rules: PromotionRules) -> tuple[str, ...]:
    if len(gains) < rules.fewest_rows:
        return (f"A decision needs at least {rules.fewest_rows} labeled rows that both models answered, but there are {len(gains)}. Wait for labels.",)
    reasons = []
    if not lower > rules.margin:
        reasons.append(
            f"The gain in {loss.label} must surely be above {rules.margin:g}, but it is {gains.mean():.3g} on {len(gains):,} rows, "
            f"surely only above {lower:.3g}. Wait for more labels, or train a better challenger."
        )
    reasons += [part.sentence for part in slices if part.is_worse]
    if latency_ratio is not None and latency_ratio > rules.most_latency_ratio:
        reasons.append(
            f"An answer may take at most {rules.most_latency_ratio:g} times as long as the champion's, but it takes {latency_ratio:.2g} times as long. "
            "Choose a smaller network."
        )
    return tuple(reasons)
