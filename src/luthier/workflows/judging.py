"""Opening the sealed rows: the model and the baselines judged on the same rows, once, after the last choice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from luthier.bundle import Bundle
from luthier.core.clock import Deadline
from luthier.core.task import Task
from luthier.evaluate import (
    BaselineRun,
    Comparison,
    Evaluation,
    Importance,
    IntervalCoverage,
    SetCoverage,
    apply_interval_rule,
    compare,
    evaluate,
    fit_baselines,
    measure_intervals,
    measure_sets,
    prediction_sets,
)
from luthier.workflows.ensembling import COVERAGE, Mixture
from luthier.workflows.preparation import Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the sealed rows said."""

    model: Evaluation
    predictions: np.ndarray
    "Of the sealed rows: calibrated probabilities [rows, classes], or numbers [rows]."
    baselines: tuple[tuple[BaselineRun, Evaluation | None], ...]
    comparisons: tuple[Comparison, ...]
    sets: SetCoverage | None
    intervals: IntervalCoverage | None
    importance: Importance | None


def judge_sealed(bundle: Bundle, prepared: Preparation, mixture: Mixture, *, seed: int, deadline: Deadline) -> Judgement:
    """Predict the sealed rows through the finished model, and let the baselines answer the same rows.

    Args:
        deadline: when the judging must be done; the baselines get what the model's own judging leaves.
    """
    dataset, split, metric, costs = prepared.dataset, prepared.split, prepared.metric, prepared.costs
    truth, predictions = dataset.target[split.test], prepared.material.answers(bundle)
    model = evaluate(dataset.task, truth, predictions, costs=costs, seed=seed)
    rows = prepared.material.for_baselines()
    runs = fit_baselines(rows.train, dataset.target[split.train][rows.rows], rows.sealed, schema=rows.schema, task=dataset.task, seed=seed, deadline=deadline)
    return Judgement(
        model=model,
        predictions=predictions,
        baselines=tuple((run, evaluate(dataset.task, truth, run.prediction, costs=costs, seed=seed) if run.prediction is not None else None) for run in runs),
        comparisons=tuple(compare(metric, truth, predictions, run.prediction, baseline=run.label, seed=seed) for run in runs if run.prediction is not None),
        sets=_sets(dataset.task, predictions, truth, mixture),
        intervals=_intervals(predictions, truth, mixture),
        importance=prepared.material.importance(bundle, metric, seed=seed, deadline=deadline),
    )


def _sets(task: Task, predictions: np.ndarray, truth: np.ndarray, mixture: Mixture) -> SetCoverage | None:
    if not task.kind.is_classification or mixture.set_threshold is None:
        return None
    return measure_sets(prediction_sets(predictions, mixture.set_threshold), truth, target=COVERAGE)


def _intervals(predictions: np.ndarray, truth: np.ndarray, mixture: Mixture) -> IntervalCoverage | None:
    if mixture.interval_rule is None:
        return None
    return measure_intervals(*apply_interval_rule(predictions, mixture.interval_rule), truth, target=COVERAGE)
