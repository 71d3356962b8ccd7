"""The record of one fit: everything that the report, the JSON and the command line say."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import numpy as np

from luthier.core.clock import Deadline, Stopwatch
from luthier.core.findings import Event
from luthier.core.recipe import Choice, Recipe
from luthier.data import Dataset
from luthier.evaluate import Metric
from luthier.fit import Outcome, TrainedMember
from luthier.report import ReportRecord
from luthier.report import story as told
from luthier.report.images import ImageStory
from luthier.tune import ON_OTHER_ROWS, SHORT, Candidate
from luthier.workflows import figures
from luthier.workflows.ensembling import Mixture
from luthier.workflows.judging import Judgement
from luthier.workflows.preparation import Preparation
from luthier.workflows.search_story import search_story
from luthier.workflows.settings import FitSettings
from luthier.workflows.training import Training

PACKAGES = ("luthier", "torch", "numpy", "scikit-learn", "polars", "onnxruntime")
CURVES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FitStory:
    """Everything that one fit came by, from the data to the judgement."""

    settings: FitSettings
    prepared: Preparation
    training: Training
    mixture: Mixture
    judgement: Judgement
    images: ImageStory | None
    "What the report shows of images."
    device: str
    weights_hash: str
    "Of the chosen networks' weights: equal for equal seeds and equal work."
    recording: tuple[Event, ...] = ()
    "Why the ledger does not hold the run, if it does not."


def report_record(story: FitStory, *, bundle: str, deadline: Deadline, stopwatch: Stopwatch) -> ReportRecord:
    """Tell a fit in numbers."""
    prepared, training, mixture, judgement = story.prepared, story.training, story.mixture, story.judgement
    dataset, metric = prepared.dataset, prepared.metric
    best = min(training.candidates, key=lambda candidate: candidate.error)
    runs = tuple(run for run, _ in judgement.baselines)
    return ReportRecord(
        name=dataset.name,
        target=dataset.task.target,
        task=dataset.task.kind.value,
        task_why=dataset.task.why,
        metric=metric.name,
        metric_label=metric.label,
        rows=dataset.rows,
        sealed_rows=len(prepared.split.test),
        seed=story.settings.seed,
        seconds_used=deadline.seconds_used,
        budget_seconds=story.settings.budget_seconds if story.settings.work is None else None,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        bundle=bundle,
        contestants=figures.contestants(judgement, training_seconds=stopwatch.seconds.get("training", 0.0)),
        comparisons=tuple(figures.comparison(compared, runs) for compared in judgement.comparisons),
        optimism=figures.optimism(metric, mixture, judgement.model, best_recipe=best.recipe.name, best_error=best.error),
        classification=figures.classification(judgement, dataset.task, mixture, prepared.costs),
        regression=figures.regression(judgement),
        learning=tuple(_curves(candidate, metric) for candidate, _ in mixture.chosen[:CURVES_SHOWN]),
        importance=_importance(judgement, metric),
        findings=prepared.findings,
        checks_run=prepared.checks_run,
        columns=_columns(dataset),
        search=search_story(training, metric, _trial_weights(mixture)),
        tried=tuple(_tried(candidate, story) for candidate in training.candidates),
        events=_events(story),
        phases=tuple(told.Phase(name=name, seconds=seconds) for name, seconds in stopwatch.seconds.items()),
        splits=_splits(prepared, training),
        images=story.images,
        provenance=_provenance(story),
    )


def _trial_weights(mixture: Mixture) -> dict[int, float]:
    weights: dict[int, float] = {}
    for candidate, weight in mixture.chosen:
        weights[candidate.trial] = weights.get(candidate.trial, 0.0) + weight
    return weights


def _events(story: FitStory) -> tuple[Event, ...]:
    importance = story.judgement.importance
    baselines = [event for run, _ in story.judgement.baselines for event in run.events]
    return (
        *story.prepared.dataset.events,
        *story.prepared.split.events,
        *story.training.events,
        *story.judgement.model.events,
        *baselines,
        *(importance.events if importance is not None else ()),
        *story.recording,
    )


def _curves(candidate: Candidate, metric: Metric) -> told.LearningCurves:
    """What the folds' members looked like while they learned: errors, so that down is better."""
    folds = tuple(
        told.FoldCurve(
            fold=entry.member.fold + 1,
            epochs=entry.curve.epochs,
            train=entry.curve.train_loss if metric.name == "log_loss" else (),
            validation=entry.curve.validation_error,
            best_epoch=entry.best_epoch,
        )
        for entry in candidate.trained
    )
    label = f"1 - {metric.label}" if metric.greater_is_better else metric.label
    return told.LearningCurves(recipe=_title(candidate), loss_label=label[:1].upper() + label[1:], folds=folds)


def _title(candidate: Candidate) -> str:
    if candidate.round_number == ON_OTHER_ROWS:
        return f"{candidate.recipe.name}, on all rows"
    if candidate.round_number == SHORT:
        return f"{candidate.recipe.name}, for a short while"
    return candidate.recipe.name + (f", seed {candidate.round_number + 1}" if candidate.round_number else "")


def _tried(candidate: Candidate, story: FitStory) -> told.TriedRecipe:
    scores = [story.prepared.metric.to_value(entry.error) for entry in candidate.trained]
    weights = {id(chosen): weight for chosen, weight in story.mixture.chosen}
    return told.TriedRecipe(
        name=_title(candidate),
        id=candidate.recipe.id,
        settings=describe(candidate.recipe),
        folds=len(candidate.trained),
        score_mean=float(np.mean(scores)),
        score_spread=float(np.std(scores, ddof=1)) if len(scores) > 1 else None,
        weight=weights.get(id(candidate), 0.0),
        epochs=float(np.mean([entry.curve.epochs[-1] for entry in candidate.trained])),
        best_epoch=float(np.mean([entry.best_epoch for entry in candidate.trained])),
        seconds=candidate.seconds,
        state=_state(candidate.trained),
    )


def _state(trained: Sequence[TrainedMember]) -> str:
    outcomes = {entry.outcome for entry in trained}
    if Outcome.DIVERGED in outcomes:
        return "diverged"
    if any(entry.rollbacks for entry in trained):
        return "rolled back"
    return "stopped early" if outcomes == {Outcome.STOPPED_EARLY} else "done"


def describe(recipe: Recipe) -> str:
    """A recipe's choices in one line."""
    parts = [_choice(recipe.net), _choice(recipe.optimizer), f"learning rate {recipe.learning_rate:g}", _choice(recipe.schedule), f"batch {recipe.batch_size}"]
    parts += [f"weight decay {recipe.weight_decay:g}"] if recipe.weight_decay else []
    parts += [f"label smoothing {recipe.label_smoothing:g}"] if recipe.label_smoothing else []
    parts += [f"weight averaging {recipe.ema_decay:g}"] if recipe.ema_decay else []
    parts += [f"augmentation ({_settings(recipe.augmentation)})"] if recipe.augmentation.settings else []
    return ", ".join(parts)


def _choice(choice: Choice) -> str:
    return f"{choice.name} ({_settings(choice)})" if choice.settings else choice.name


def _settings(choice: Choice) -> str:
    return ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in choice.settings.items())


def _importance(judgement: Judgement, metric: Metric) -> told.Importance | None:
    measured = judgement.importance
    if measured is None or not measured.columns:
        return None
    columns = tuple(
        told.ColumnImportance(column=entry.column, drop=entry.error_increase, spread=entry.spread if np.isfinite(entry.spread) else 0.0)
        for entry in measured.columns
    )
    return told.Importance(metric_label=metric.label, repeats=max(entry.repeats for entry in measured.columns), columns=columns)


def _columns(dataset: Dataset) -> tuple[told.ColumnFacts, ...]:
    inputs = {column.name for column in dataset.schema.inputs}
    return tuple(
        told.ColumnFacts(
            name=column.name,
            kind=column.kind.value,
            why=column.why,
            guessed=column.guessed,
            used=column.name in inputs,
            missing_share=dataset.frame[column.name].null_count() / dataset.rows,
            example=_example(dataset, column.name),
        )
        for column in dataset.schema.columns
    )


def _example(dataset: Dataset, column: str) -> str | None:
    values = dataset.frame[column].head(1000).drop_nulls()
    return str(values[0]) if len(values) else None


def _splits(prepared: Preparation, training: Training) -> told.Splits:
    split, rows = prepared.split, prepared.dataset.rows_called
    parts = [
        told.SplitPart(name="training", rows=len(split.train), role="learned from and judged on in folds"),
        told.SplitPart(name="sealed", rows=len(split.test), role="opened once, after the last choice"),
    ]
    parts += [
        told.SplitPart(name=f"fold {k + 1}", rows=len(fold.validation), role=f"judged networks that learned from {len(fold.train):,} {rows}")
        for k, fold in enumerate(split.folds[: training.plan.folds])
    ]
    return told.Splits(kind=split.kind, parts=tuple(parts))


def _provenance(story: FitStory) -> tuple[told.Fact, ...]:
    facts = {
        "seed": str(story.settings.seed),
        "work": f"{story.settings.work:,} training {story.prepared.dataset.rows_called}" if story.settings.work is not None else "",
        "device": story.device,
        "system": platform.platform(),
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "data hash": story.prepared.data_hash,
        "weights hash": story.weights_hash,
    }
    return tuple(told.Fact(label=label, value=value) for label, value in facts.items() if value)
