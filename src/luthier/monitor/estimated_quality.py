"""Estimated quality: the score to expect on rows whose truth is not known yet, with what the estimate stands on.

For classes by CBPE, for numbers by DLE. The alarm does not hang on how good the estimate is: it compares the expected loss of current rows with that of
the reference's, one and the same function of the rows, so that unchanged rows raise it no more often than stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from luthier.core.task import TaskKind
from luthier.evaluate.answers import Answers, Booleans, Floats
from luthier.evaluate.intervals import Interval
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.row_losses import RowLoss, row_loss_for
from luthier.monitor.alerts import ESTIMATED_QUALITY, Alert, chance_words, since_words
from luthier.monitor.assumptions import CONCEPT, Assumption, calibration_assumption, loss_model_assumption, region_assumption
from luthier.monitor.cbpe import estimated_interval, expected_losses, measure_calibration
from luthier.monitor.dependence import Order
from luthier.monitor.dle import expect_losses
from luthier.monitor.features import Role, features_of
from luthier.monitor.mean_tests import rise_p_value
from luthier.monitor.recalibration import Recalibration
from luthier.monitor.region import rows_outside
from luthier.monitor.sample import Sample, Subject
from luthier.monitor.score_pairs import ScorePair, pair_scores, percent, realised_interval, watched_metrics
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.since import change_begins

FEWEST_ROWS = 50
"Labeled rows of the reference, and answered rows of the window, without which nothing is estimated."
_MOST_ROWS = 4_000
_OF_LOSS = {"squared_error": "rmse", "mae": "mae"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedQuality(AbstractRecord):
    """What the scores of the current window probably are."""

    method: str
    "`CBPE` or `DLE`."
    metric: str
    "As people write the one that leads."
    loss: str
    "The loss of a row that is compared, as people write it."
    rows: int
    "Current rows with an answer."
    reference_rows: int
    "Labeled rows of the reference."
    scores: tuple[ScorePair, ...]
    "Realised in the reference, expected now; the task's own metric first."
    loss_then: float
    "Mean loss to expect of the reference's rows."
    loss_now: float
    "Mean loss to expect of the current rows."
    rise: float
    "By how much it rose, as a share of the reference's realised loss; negative where it fell."
    smallest_rise: float
    "The smallest rise that matters."
    p_value: float
    "How often chance alone shows as much where nothing changed."
    alpha: float
    since: float | None
    "Seconds since 1970 at which the rise begins to show."
    assumptions: tuple[Assumption, ...]

    @property
    def is_trusted(self) -> bool:
        """True where every assumption that can be checked holds."""
        return all(one.holds is not False for one in self.assumptions)

    @property
    def sentence(self) -> str:
        """The estimate with its numbers, in one plain sentence."""
        doubt = "" if self.is_trusted else " Do not rely on it: an assumption does not hold."
        return f"Estimated without labels: {self.scores[0].words} ({self.rows:,} rows).{doubt}"

    @property
    def alert(self) -> Alert | None:
        """The alarm at this record's own alpha."""
        return self.alert_at(self.alpha)

    def alert_at(self, allowed: float) -> Alert | None:
        """The alarm, where a rise is sure and matters; none where the estimate has nothing to stand on.

        Args:
            allowed: part of the error budget that this test may use.
        """
        unfounded = any(one.holds is False and one.name in ("calibration", "loss model") for one in self.assumptions)
        if unfounded or self.p_value > allowed or self.rise < self.smallest_rise:
            return None
        text = (
            f"The {self.loss} to expect rose by {percent(self.rise)}{since_words(self.since)}: {self.scores[0].words}, estimated without labels "
            f"(a rise from {100 * self.smallest_rise:g} % on matters). {chance_words(self.p_value, allowed)}"
        )
        doubts = " ".join(one.sentence for one in self.assumptions if one.holds is False)
        remedy = "Get labels for some of the recent rows to confirm it, then retrain on old and new rows."
        return Alert(
            kind=ESTIMATED_QUALITY,
            subject=self.metric,
            since=self.since,
            p_value=self.p_value,
            effect=self.rise,
            text=f"{text} {doubts}".strip(),
            remedy=remedy,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentence."""
        return {**AbstractRecord.to_json(self), "sentence": self.sentence}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> EstimatedQuality:
        """The record that `to_json` wrote."""
        scores = tuple(ScorePair.from_json(one) for one in record["scores"])
        assumptions = tuple(Assumption.from_json(one) for one in record["assumptions"])
        return cls(**{name: value for name, value in record.items() if name != "sentence"} | {"scores": scores, "assumptions": assumptions})


def estimated_quality(subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings) -> EstimatedQuality | None:
    """Expect the scores of the current rows; None where the reference has too few labeled rows or the window too few answers.

    Args:
        reference: rows that the model did not learn from, with its answers and their truth.
        current: rows with the model's answers.
    """
    if reference.predictions is None or reference.truth is None or current.predictions is None:
        return None
    labeled = reference.take(np.flatnonzero(is_answered(reference.predictions) & is_labeled(reference.truth, subject.task.kind))).in_order().thinned(_MOST_ROWS)
    answered = current.take(np.flatnonzero(is_answered(current.predictions))).in_order().thinned(settings.most_rows)
    if min(labeled.rows, answered.rows) < FEWEST_ROWS:
        return None
    estimate = _by_cbpe if subject.task.kind.is_classification else _by_dle
    estimated = estimate(subject, labeled, answered, settings)
    outside = rows_outside(features_of(subject, labeled, answered), margin=settings.range_margin, seed=settings.seed)
    return replace(estimated, assumptions=(*estimated.assumptions, region_assumption(outside), CONCEPT))


def is_answered(predictions: np.ndarray) -> Booleans:
    """Which rows have an answer."""
    finite: Booleans = np.isfinite(predictions.reshape(len(predictions), -1)).all(axis=1)
    return finite


def is_labeled(truth: np.ndarray, kind: TaskKind) -> Booleans:
    """Which rows have a known truth."""
    values = np.asarray(truth, dtype=np.float64)
    known: Booleans = np.isfinite(values)
    return known & (values >= 0) if kind.is_classification else known


def _by_cbpe(subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings) -> EstimatedQuality:
    task, loss = subject.task, row_loss_for(subject.task.metric, subject.task.kind)
    then, now, truth = _floats(reference.predictions), _floats(current.predictions), np.asarray(reference.truth).astype(np.int64)
    raw = measure_calibration(task, then, truth, seed=settings.seed)
    recalibration = Recalibration.none(then) if raw.is_sound else Recalibration.fit(then, truth)
    used = raw if raw.is_sound else measure_calibration(task, recalibration.apply(then), truth, seed=settings.seed)
    expected = [expected_losses(loss, side, recalibration.apply(side)) for side in (then, now)]
    names, answers = watched_metrics(task), Answers(truth, then)
    estimated = estimated_interval(task, names, now, recalibration, seed=settings.seed)
    scores = tuple(pair_scores(task, name, realised_interval(task, name, answers, seed=settings.seed), estimated[name]) for name in names)
    realised = float(loss.function(answers).mean())
    found = _record("CBPE", loss, scores, expected[0], expected[1], realised, (reference, current), settings)
    return replace(found, assumptions=(calibration_assumption(raw, used, rows=reference.rows),))


def _by_dle(subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings) -> EstimatedQuality:
    task, loss = subject.task, row_loss_for(subject.task.metric, TaskKind.REGRESSION)
    answers = Answers(_floats(reference.truth), _floats(reference.predictions))
    losses = loss.function(answers)
    features = [feature for feature in features_of(subject, reference, current) if feature.role is not Role.EMBEDDING]
    direct = expect_losses(features, losses, seed=settings.seed)
    name = _OF_LOSS.get(loss.name, loss.name)
    scores = (pair_scores(task, name, realised_interval(task, name, answers, seed=settings.seed), _in_unit_of(name, direct.interval)),)
    found = _record("DLE", loss, scores, direct.then, direct.now, float(losses.mean()), (reference, current), settings)
    assumption = loss_model_assumption(direct, loss=loss.label, rows=reference.rows)
    return replace(found, p_value=found.p_value if assumption.holds else 1.0, assumptions=(assumption,))


def _record(
    method: str,
    loss: RowLoss,
    scores: tuple[ScorePair, ...],
    then: Floats,
    now: Floats,
    realised: float,
    samples: tuple[Sample, Sample],
    settings: MonitorSettings,
) -> EstimatedQuality:
    reference, current = samples
    inflation = Order(then=reference.at, now=current.at).inflation(then, now)
    p_value = rise_p_value(then, now, inflation)
    return EstimatedQuality(
        method=method,
        metric=scores[0].label,
        loss=loss.label,
        rows=current.rows,
        reference_rows=reference.rows,
        scores=scores,
        loss_then=float(then.mean()),
        loss_now=float(now.mean()),
        rise=float(now.mean() - then.mean()) / realised if realised > 0.0 else 0.0,
        smallest_rise=settings.smallest_loss_rise,
        p_value=p_value,
        alpha=settings.alpha,
        since=change_begins(now - then.mean(), current.at) if p_value <= settings.alpha else None,
        assumptions=(),
    )


def _in_unit_of(metric: str, interval: Interval) -> Interval:
    if metric != "rmse":
        return interval
    return replace(interval, value=float(np.sqrt(interval.value)), lower=float(np.sqrt(interval.lower)), upper=float(np.sqrt(interval.upper)))


def _floats(values: np.ndarray | None) -> Floats:
    return np.asarray(values, dtype=np.float64)
