"""Realised quality: the score of the rows whose labels have come, against that of the reference.

Labels come one by one and people look whenever they like, so the alarm hangs on a test that stays valid however often one looks. It counts the
doubt of the reference's own score, and dependence between neighboring rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from luthier.evaluate.answers import Answers, Floats
from luthier.evaluate.metrics import metric_named
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.row_losses import row_loss_for
from luthier.monitor.alerts import REALISED_QUALITY, Alert, chance_words, since_words
from luthier.monitor.dependence import Inflation, Order
from luthier.monitor.estimated_quality import is_answered, is_labeled
from luthier.monitor.label_coverage import LabelCoverage, measure_coverage
from luthier.monitor.loss_detector import detect_rise
from luthier.monitor.mean_tests import anytime_rise_p_value
from luthier.monitor.sample import Sample, Subject
from luthier.monitor.score_pairs import ScorePair, percent, realised_scores, watched_metrics
from luthier.monitor.settings import MonitorSettings

FEWEST_ROWS = 50
"Labeled rows of either side without which nothing is tested."


@dataclass(frozen=True, slots=True, kw_only=True)
class RealisedQuality(AbstractRecord):
    """The scores of the labeled rows of a window beside those of the reference."""

    metric: str
    "As people write the one that leads."
    loss: str
    "The loss of a row that is tested, as people write it."
    loss_stands_in: bool
    "True where the metric is no mean over rows, so that this loss stands for it."
    rows: int
    "Labeled rows of the window that were judged."
    reference_rows: int
    "Labeled rows of the reference."
    scores: tuple[ScorePair, ...]
    "The task's own metric first; empty where there are too few labeled rows."
    loss_then: float
    loss_now: float
    rise: float
    "By how much the mean loss rose, as a share of the reference's; negative where it fell."
    smallest_rise: float
    "The smallest rise that matters."
    p_value: float
    "Of a mean loss that is no higher than in the reference: valid however often one looks."
    alpha: float
    since: float | None
    "Seconds since 1970 of the first row after the change; None where there is none, or rows carry no times."
    coverage: LabelCoverage

    @property
    def sentence(self) -> str:
        """The score with its numbers and what is known of the labels."""
        if not self.scores:
            return f"Realised quality needs at least {FEWEST_ROWS} labeled rows, but there are {self.rows}. {self.coverage.sentence}"
        return f"Realised on {self.rows:,} labeled rows: {self.scores[0].words}. {self.coverage.sentence}"

    @property
    def alert(self) -> Alert | None:
        """The alarm at this record's own alpha."""
        return self.alert_at(self.alpha)

    def alert_at(self, allowed: float) -> Alert | None:
        """The alarm, where a rise is sure and matters.

        Args:
            allowed: part of the error budget that this test may use.
        """
        if self.p_value > allowed or self.rise < self.smallest_rise:
            return None
        text = (
            f"The {self.loss} rose by {percent(self.rise)}{since_words(self.since)}: {self.scores[0].words}, on {self.rows:,} labeled rows "
            f"(a rise from {100 * self.smallest_rise:g} % on matters). {chance_words(self.p_value, allowed)} {self.coverage.sentence}"
        )
        return Alert(
            kind=REALISED_QUALITY,
            subject=self.metric,
            since=self.since,
            p_value=self.p_value,
            effect=self.rise,
            text=text,
            remedy="Retrain on old and new labeled rows, and let the challenger prove itself on the same rows.",
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentence."""
        return {**AbstractRecord.to_json(self), "sentence": self.sentence}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> RealisedQuality:
        """The record that `to_json` wrote."""
        nested = {"scores": tuple(ScorePair.from_json(one) for one in record["scores"]), "coverage": LabelCoverage.from_json(record["coverage"])}
        return cls(**{name: value for name, value in record.items() if name != "sentence"} | nested)


def realised_quality(
    subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings, *, median_delay_seconds: float | None = None
) -> RealisedQuality | None:
    """Judge the labeled rows of a window; None where the reference has too few labeled rows, or no answer or label has come at all.

    Args:
        reference: rows that the model did not learn from, with its answers and their truth.
        current: rows with the model's answers, some of them with their truth.
        median_delay_seconds: from a prediction to its label, where the ledger knows.
    """
    if reference.predictions is None or reference.truth is None or current.predictions is None or current.truth is None:
        return None
    then = (
        reference.take(np.flatnonzero(is_answered(reference.predictions) & is_labeled(reference.truth, subject.task.kind)))
        .in_order()
        .thinned(settings.most_rows)
    )
    answered = current.take(np.flatnonzero(is_answered(current.predictions))).in_order()
    labeled = is_labeled(np.asarray(answered.truth), subject.task.kind)
    if then.rows < FEWEST_ROWS or not labeled.any():
        return None
    coverage = measure_coverage(labeled, np.asarray(answered.predictions), median_delay_seconds=median_delay_seconds)
    return _judge(subject, then, answered.take(np.flatnonzero(labeled)).thinned(settings.most_rows), coverage, settings)


def _judge(subject: Subject, then: Sample, now: Sample, coverage: LabelCoverage, settings: MonitorSettings) -> RealisedQuality:
    task, loss = subject.task, row_loss_for(subject.task.metric, subject.task.kind)
    answers = [Answers(np.asarray(side.truth), np.asarray(side.predictions)) for side in (then, now)]
    before, after = (loss.function(side) for side in answers)
    enough = now.rows >= FEWEST_ROWS
    inflation = Order(then=then.at, now=now.at).inflation(before, after) if enough else Inflation()
    names = watched_metrics(task)
    p_value = anytime_rise_p_value(before, after, inflation) if enough else 1.0
    return RealisedQuality(
        metric=metric_named(loss.metric, task.kind).label,
        loss=loss.label,
        loss_stands_in=loss.stands_in,
        rows=now.rows,
        reference_rows=then.rows,
        scores=realised_scores(task, names, answers[0], answers[1], seed=settings.seed) if enough else (),
        loss_then=float(before.mean()),
        loss_now=float(after.mean()),
        rise=float(after.mean() / before.mean() - 1.0) if before.mean() > 0.0 else 0.0,
        smallest_rise=settings.smallest_loss_rise,
        p_value=p_value,
        alpha=settings.alpha,
        since=_since(before, after, now, inflation, settings) if p_value <= settings.alpha else None,
        coverage=coverage,
    )


def _since(before: Floats, after: Floats, now: Sample, inflation: Inflation, settings: MonitorSettings) -> float | None:
    """The time of the row from which on losses look risen."""
    if now.at is None:
        return None
    rows_per_false_alarm = max(now.rows / settings.alpha, 10_000.0)
    rise = detect_rise(after, reference=before, rows_per_false_alarm=rows_per_false_alarm, block_rows=inflation.block, seed=settings.seed)
    return None if rise is None else float(now.at[min(rise.row, now.rows - 1)])
