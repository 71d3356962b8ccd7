"""The report's figures from the judgement: one function a part of the record."""

from __future__ import annotations

import numpy as np

from luthier.core.task import Task
from luthier.evaluate import BaselineRun, Comparison, Costs, Evaluation, IntervalCoverage, Metric, SetCoverage
from luthier.report import judgement as drawn
from luthier.report import scores as told
from luthier.workflows.ensembling import Mixture
from luthier.workflows.judging import Judgement


def contestants(judgement: Judgement, *, training_seconds: float) -> tuple[told.Contestant, ...]:
    """The model first, then the baselines that answered."""
    model = told.Contestant(name="model", label="Luthier", scores=_scores(judgement.model), seconds=training_seconds)
    return (model, *(_baseline(run, evaluation) for run, evaluation in judgement.baselines if evaluation is not None))


def _baseline(run: BaselineRun, evaluation: Evaluation) -> told.Contestant:
    return told.Contestant(name=run.name, label=_capital(run.label), scores=_scores(evaluation), seconds=run.seconds)


def _scores(evaluation: Evaluation) -> tuple[told.Score, ...]:
    return tuple(
        told.Score(
            metric=score.metric,
            label=_capital(score.label),
            greater_is_better=score.greater_is_better,
            value=score.interval.value,
            lower=_number(score.interval.lower),
            upper=_number(score.interval.upper),
        )
        for score in evaluation.scores
    )


def comparison(compared: Comparison, runs: tuple[BaselineRun, ...]) -> told.Comparison:
    """A comparison as improvement: positive favors the model."""
    sign = 1.0 if compared.greater_is_better else -1.0
    ends = sorted((sign * compared.difference.lower, sign * compared.difference.upper))
    return told.Comparison(
        baseline=next(run.name for run in runs if run.label == compared.baseline),
        label=_capital(compared.baseline),
        metric_label=compared.label,
        improvement=sign * compared.difference.value,
        lower=ends[0],
        upper=ends[1],
        p_value=compared.p_value,
        verdict=compared.verdict.value,
        sentence=compared.sentence,
    )


def optimism(metric: Metric, mixture: Mixture, evaluation: Evaluation, *, best_recipe: str, best_error: float) -> told.Optimism:
    """What the folds promised beside what the sealed rows gave."""
    return told.Optimism(
        metric_label=metric.label,
        greater_is_better=metric.greater_is_better,
        best_fold=metric.to_value(best_error),
        sealed=evaluation.score(metric.name).interval.value,
        best_recipe=best_recipe,
        ensemble_fold=metric.to_value(mixture.error),
    )


def classification(judgement: Judgement, task: Task, mixture: Mixture, costs: Costs | None) -> drawn.ClassificationDetail | None:
    """The figures of a classification; None for a regression."""
    if not task.kind.is_classification:
        return None
    evaluation = judgement.model
    return drawn.ClassificationDetail(
        classes=task.classes,
        confusion=evaluation.confusion,
        per_class=tuple(
            drawn.ClassScores(
                name=scores.name,
                precision=_number(scores.precision.value),
                recall=_number(scores.recall.value),
                f1=_number(scores.f1.value),
                support=scores.support,
            )
            for scores in evaluation.class_scores
        ),
        roc=tuple(drawn.Curve(name=curve.name, x=curve.x, y=curve.y, area=_number(curve.area)) for curve in evaluation.roc),
        precision_recall=tuple(drawn.Curve(name=curve.name, x=curve.x, y=curve.y, area=_number(curve.area)) for curve in evaluation.precision_recall),
        calibration=tuple(
            drawn.CalibrationBin(predicted=group.said, observed=group.came.value, rows=group.rows, lower=group.came.lower, upper=group.came.upper)
            for group in evaluation.reliability
        ),
        calibration_error=evaluation.score("ece").interval.value,
        temperature=mixture.temperature,
        coverage=_set_coverage(judgement.sets, evaluation),
        threshold=_threshold(evaluation, task, costs),
    )


def _set_coverage(sets: SetCoverage | None, evaluation: Evaluation) -> drawn.Coverage | None:
    if sets is None:
        return None
    by_class = zip(evaluation.class_scores, sets.coverage_by_class, strict=True)
    groups = [drawn.CoverageGroup(label=scores.name, measured=interval.value, rows=scores.support) for scores, interval in by_class]
    return drawn.Coverage(
        promised=sets.target,
        measured=sets.coverage.value,
        lower=sets.coverage.lower,
        upper=sets.coverage.upper,
        mean_size=sets.mean_size,
        groups=tuple(group for group in groups if group.rows),
    )


def _threshold(evaluation: Evaluation, task: Task, costs: Costs | None) -> drawn.DecisionThreshold | None:
    if costs is None or evaluation.cost is None:
        return None
    return drawn.DecisionThreshold(
        positive_class=task.classes[1],
        miss_cost=costs.miss,
        false_cost=costs.false,
        threshold=costs.threshold,
        cost=evaluation.cost.cost_per_row.value,
        default_cost=evaluation.cost.cost_per_row_at_half,
    )


def regression(judgement: Judgement) -> drawn.RegressionDetail | None:
    """The figures of a regression; None for a classification."""
    residuals = judgement.model.residuals
    if residuals is None:
        return None
    return drawn.RegressionDetail(
        actual=residuals.truth,
        predicted=residuals.prediction,
        residual_edges=residuals.histogram_edges,
        residual_counts=residuals.histogram_counts,
        coverage=_interval_coverage(judgement.intervals),
    )


def _interval_coverage(intervals: IntervalCoverage | None) -> drawn.Coverage | None:
    if intervals is None:
        return None
    return drawn.Coverage(
        promised=intervals.target,
        measured=intervals.coverage.value,
        lower=intervals.coverage.lower,
        upper=intervals.coverage.upper,
        mean_size=intervals.mean_width,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
