"""Opening the sealed rows: the model and the baselines judged on the same rows, once, after the last choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.core.clock import Deadline
from luthier.core.task import Task
from luthier.data import Dataset, Split
from luthier.evaluate import (
    BaselineRun,
    Comparison,
    Costs,
    Evaluation,
    Importance,
    IntervalCoverage,
    Metric,
    SetCoverage,
    apply_interval_rule,
    compare,
    evaluate,
    fit_baselines,
    measure_intervals,
    measure_sets,
    permutation_importance,
    prediction_sets,
)
from luthier.workflows.ensembling import COVERAGE, Mixture

Predict = Callable[[pl.DataFrame], np.ndarray]
"Typed frame to calibrated probabilities [rows, classes], or to numbers [rows]."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the sealed rows said."""

    model: Evaluation
    baselines: tuple[tuple[BaselineRun, Evaluation | None], ...]
    comparisons: tuple[Comparison, ...]
    sets: SetCoverage | None
    intervals: IntervalCoverage | None
    importance: Importance | None


def judge_sealed(
    predict: Predict,
    dataset: Dataset,
    frame: pl.DataFrame,
    split: Split,
    mixture: Mixture,
    metric: Metric,
    *,
    costs: Costs | None,
    seed: int,
    deadline: Deadline,
) -> Judgement:
    """Predict the sealed rows through the finished model, and let the baselines answer the same rows.

    Args:
        frame: the typed frame of all rows.
        deadline: when the judging must be done; the baselines get what the model's own judging leaves.
    """
    sealed, truth = frame[split.test], dataset.target[split.test]
    predictions = predict(sealed)
    model = evaluate(dataset.task, truth, predictions, costs=costs, seed=seed)
    runs = fit_baselines(frame[split.train], dataset.target[split.train], sealed, schema=dataset.schema, task=dataset.task, seed=seed, deadline=deadline)
    return Judgement(
        model=model,
        baselines=tuple((run, evaluate(dataset.task, truth, run.prediction, costs=costs, seed=seed) if run.prediction is not None else None) for run in runs),
        comparisons=tuple(compare(metric, truth, predictions, run.prediction, baseline=run.label, seed=seed) for run in runs if run.prediction is not None),
        sets=_sets(dataset.task, predictions, truth, mixture),
        intervals=_intervals(predictions, truth, mixture),
        importance=permutation_importance(predict, sealed, truth, metric, seed=seed, deadline=deadline) if deadline.seconds_left > 0 else None,
    )


def _sets(task: Task, predictions: np.ndarray, truth: np.ndarray, mixture: Mixture) -> SetCoverage | None:
    if not task.kind.is_classification or mixture.set_threshold is None:
        return None
    return measure_sets(prediction_sets(predictions, mixture.set_threshold), truth, target=COVERAGE)


def _intervals(predictions: np.ndarray, truth: np.ndarray, mixture: Mixture) -> IntervalCoverage | None:
    if mixture.interval_rule is None:
        return None
    return measure_intervals(*apply_interval_rule(predictions, mixture.interval_rule), truth, target=COVERAGE)
