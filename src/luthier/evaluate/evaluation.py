"""Evaluation: everything there is to say about predictions of rows whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from luthier.core.errors import SettingInvalid
from luthier.core.findings import Event
from luthier.core.task import Task, TaskKind
from luthier.evaluate.answers import Answers, Floats, Resample
from luthier.evaluate.class_scores import ClassScores, class_rates, confusion_matrix, score_classes
from luthier.evaluate.costs import Costs, CostScore
from luthier.evaluate.curves import Curve, ReliabilityBin, Residuals, pr_points, reliability_points, residual_points, roc_points
from luthier.evaluate.intervals import RESAMPLES, Interval, affordable_resamples, bootstrap, percentile_interval, share_interval, wilson_interval
from luthier.evaluate.metric import Metric
from luthier.evaluate.metrics import metrics_for
from luthier.evaluate.records import AbstractRecord

_MOST_CURVES = 12  # classes with curves of their own: the most frequent ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(AbstractRecord):
    """One metric's value with its interval."""

    metric: str
    label: str
    greater_is_better: bool
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(AbstractRecord):
    """Everything there is to say about predictions of rows whose truth is known."""

    kind: TaskKind
    rows: int
    metric: str
    "Name of the metric that chose the network."
    scores: tuple[Score, ...]
    resamples: int
    "Bootstrap resamples behind the intervals."
    events: tuple[Event, ...]
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    "Rows by true class (down) and answered class (across)."
    class_scores: tuple[ClassScores, ...] = ()
    roc: tuple[Curve, ...] = ()
    "One for two classes, one for each of more."
    precision_recall: tuple[Curve, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    residuals: Residuals | None = None
    "Of a regression."
    cost: CostScore | None = None
    "Where the costs of the two errors were stated."

    def score(self, metric: str) -> Score:
        """The score of that name."""
        return next(score for score in self.scores if score.metric == metric)


def evaluate(task: Task, truth: ArrayLike, prediction: ArrayLike, *, costs: Costs | None = None, resamples: int = RESAMPLES, seed: int = 0) -> Evaluation:
    """Judge predictions by every metric of the task, with intervals.

    Args:
        truth: class numbers in the order of `task.classes`, or numbers.
        prediction: probabilities [rows, classes], or numbers [rows].
        costs: of the two errors of a binary task; they set the threshold that all metrics of the predicted class use.

    Example:
        >>> task = Task(kind=TaskKind.BINARY, target="ill", classes=("no", "yes"), metric="log_loss")
        >>> evaluate(task, [0, 1] * 50, [[0.8, 0.2], [0.1, 0.9]] * 50).score("accuracy").interval.value
        1.0
    """
    answers = Answers(truth, prediction, threshold=None if costs is None else costs.threshold)
    _require_task(task, answers, costs)
    metrics = metrics_for(task.kind)
    drawn = affordable_resamples(answers.rows, wanted=resamples)
    values = bootstrap(lambda weights: _all_statistics(Resample(answers, weights), metrics, costs), rows=answers.rows, resamples=drawn, seed=seed)
    evaluation = Evaluation(
        kind=task.kind,
        rows=answers.rows,
        metric=task.metric,
        scores=tuple(_score(metric, answers, values[number]) for number, metric in enumerate(metrics)),
        resamples=drawn,
        events=_events(answers, drawn, resamples),
        cost=None if costs is None else _cost(costs, answers, values[-1]),
    )
    if not task.kind.is_classification:
        return replace(evaluation, residuals=residual_points(answers.prediction, answers.truth, seed=seed))
    return _with_classes(evaluation, answers, task.classes, values[len(metrics) :][: 3 * answers.classes])


def _with_classes(evaluation: Evaluation, answers: Answers, names: tuple[str, ...], rates: Floats) -> Evaluation:
    confusion = confusion_matrix(answers)
    return replace(
        evaluation,
        classes=names,
        confusion=confusion,
        class_scores=score_classes(names, confusion, rates),
        roc=_curves(roc_points, answers, names),
        precision_recall=_curves(pr_points, answers, names),
        reliability=reliability_points(answers.prediction, answers.truth),
    )


def _all_statistics(resample: Resample, metrics: Sequence[Metric], costs: Costs | None) -> Floats:
    """All metrics, then precision, recall and F1 of each class, then the cost: one row each, over one set of draws."""
    parts = [metric.statistic(resample)[None] for metric in metrics]
    if resample.answers.prediction.ndim == 2:
        parts.append(class_rates(resample))
    if costs is not None:
        parts.append(resample.mean(costs.losses)[None])
    return np.concatenate(parts)


def _score(metric: Metric, answers: Answers, resampled: Floats) -> Score:
    return Score(metric=metric.name, label=metric.label, greater_is_better=metric.greater_is_better, interval=interval_of(metric, answers, resampled))


def interval_of(metric: Metric, answers: Answers, resampled: Floats) -> Interval:
    """The interval of a metric, from its resampled values.

    Where the bootstrap cannot know, because the value came from few rows or never moved, Wilson's interval of a share stands in.
    """
    once = Resample(answers)
    value = float(metric.statistic(once)[0])
    if metric.share is not None:
        hits, rows = (float(part[0]) for part in metric.share(once))
        return replace(share_interval(hits, rows, resampled), value=value)
    if metric.is_inflated_by_resampling:
        resampled = np.maximum(resampled - (resampled.mean() - value), 0.0)
    interval = percentile_interval(value, resampled, rows=answers.rows)
    if interval.lower == interval.upper and metric.best == 1.0 and answers.prediction.ndim == 2:
        return _bounded_interval(metric, answers, value)
    return interval


def _bounded_interval(metric: Metric, answers: Answers, value: float) -> Interval:
    """Of a value, such as a ROC AUC of 1, that is the same in every resample: as sure as the share of the fewest rows that it hangs on."""
    support = np.bincount(answers.truth, minlength=answers.classes)
    rows = int(support[support > 0].min()) if metric.averages_classes else answers.rows
    classes = int((support > 0).sum()) if metric.averages_classes and answers.classes > 2 else 1
    share = wilson_interval(value * rows, rows)
    return replace(share, value=value, lower=value - (share.value - share.lower) / classes, upper=value + (share.upper - share.value) / classes)


def _cost(costs: Costs, answers: Answers, resampled: Floats) -> CostScore:
    at_half = Answers(answers.truth, answers.prediction, threshold=0.5)
    mean = float(costs.losses(answers).mean())
    return CostScore(
        costs=costs,
        threshold=costs.threshold,
        cost_per_row=percentile_interval(mean, resampled, rows=answers.rows),
        cost_per_row_at_half=float(costs.losses(at_half).mean()),
    )


def _curves(points: Callable[..., Curve], answers: Answers, names: tuple[str, ...]) -> tuple[Curve, ...]:
    """One curve for class 1 of two, one for each of the most frequent of more; none for a class without rows, or without others."""
    support = np.bincount(answers.truth, minlength=len(names))
    drawn = [1] if len(names) == 2 else sorted(np.argsort(-support, kind="stable")[:_MOST_CURVES].tolist())
    return tuple(points(answers.prediction[:, k], answers.truth == k, name=names[k]) for k in drawn if 0 < support[k] < answers.rows)


def _events(answers: Answers, drawn: int, wanted: int) -> tuple[Event, ...]:
    events = []
    if drawn < wanted:
        what = f"The intervals come from {drawn:,} resamples instead of {wanted:,}, because {answers.rows:,} answers were judged."
        events.append(Event(name="fewer-resamples", what=what))
    if answers.prediction.ndim == 2 and answers.classes > max(_MOST_CURVES, 2):
        events.append(Event(name="curves-of-frequent-classes", what=f"Curves are drawn for the {_MOST_CURVES} most frequent of {answers.classes} classes."))
    return tuple(events)


def _require_task(task: Task, answers: Answers, costs: Costs | None) -> None:
    expected = (answers.rows, len(task.classes)) if task.kind.is_classification else (answers.rows,)
    if answers.prediction.shape != expected:
        raise SettingInvalid(f"A prediction of {task.target!r} must have the shape {expected}, but {answers.prediction.shape} came.")
    if not np.isfinite(answers.prediction).all():
        row = int(np.argmin(np.isfinite(answers.prediction.reshape(answers.rows, -1)).all(axis=1)))
        raise SettingInvalid(f"Predictions must be finite numbers, but the one of row {row} is {answers.prediction[row].tolist()}.")
    if costs is not None and task.kind is not TaskKind.BINARY:
        raise SettingInvalid(f"Costs of a miss and of a false alarm need two classes, but {task.target!r} is a {task.kind} task. Leave --cost out.")
