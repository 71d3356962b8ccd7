"""Training the portfolio over the folds: recipes in, candidates with out-of-fold predictions out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import torch

from luthier.core.errors import BudgetTooSmall, TrainingFailed
from luthier.core.findings import Event
from luthier.core.listener import Listener
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.data import Dataset, Encoding, Split, fit_encodings, fit_layout, layout_events
from luthier.evaluate import Metric
from luthier.fit import FoldTensors, Population, Speed, TrainedMember, best_threads, fold_tensors, probe, train, unmeasured
from luthier.tune import Allowance, Plan, plan_training, portfolio

LEAST_EPOCHS = 3.0
"Epochs of one network below which there is no honest answer."
MOST_ROUNDS, REPEATED = 3, 2
"Rounds over the portfolio, and how many of its best recipes a later round repeats with other seeds."


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One recipe with one seed, trained on every fold."""

    recipe: Recipe
    round_number: int
    "0 at the first try of the recipe; later rounds are other seeds."
    trained: tuple[TrainedMember, ...]
    "One a fold, in the order of the folds."
    predictions: np.ndarray
    "Out-of-fold: for the validation rows of the trained folds, one fold after the other."
    error: float
    "Out-of-fold error of the metric."
    seconds: float
    rows: int
    "Training rows that its members looked at, all together."


@dataclass(slots=True, kw_only=True)
class Training:
    """All that the training left behind."""

    data: FoldTensors
    encodings: tuple[Encoding, ...]
    "One a trained fold."
    plan: Plan
    candidates: list[Candidate] = field(default_factory=list)
    failed: list[Recipe] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def oof_rows(self) -> np.ndarray:
        """Rows (counted among the training rows) of the out-of-fold predictions."""
        return np.concatenate([rows.cpu().numpy() for rows in self.data.validation_rows])

    @property
    def oof_truth(self) -> np.ndarray:
        """The truth of the out-of-fold predictions."""
        return self.data.truth[self.oof_rows]


def train_portfolio(
    dataset: Dataset, frame: pl.DataFrame, split: Split, metric: Metric, allowance: Allowance, *, seed: int, device: torch.device, listener: Listener
) -> Training:
    """Train the portfolio's recipes over the folds for as long as the allowance lasts.

    Args:
        frame: the typed frame of all rows; the sealed ones are not looked at.

    Raises:
        BudgetTooSmall: not even one network could be trained honestly.
        TrainingFailed: every network diverged.
    """
    recipes = portfolio(dataset.task.kind, rows=len(split.folds[0].train))
    layout = fit_layout(frame[split.train], dataset.schema)
    encodings = fit_encodings(frame, layout, split.folds[:1])
    first = _tensors(dataset, frame, split, encodings, device)
    with _threads(Member(recipe=recipes[0], fold=0, seed=seed), first, allowance):
        training = _prepare(dataset, frame, split, recipes, allowance, encodings, first, seed=seed)
        training.events += layout_events(frame[split.train], dataset.schema, layout)
        _tell_plan(training, recipes, allowance, listener)
        for round_number, recipe, share in _schedule(recipes[: training.plan.recipes], training, allowance):
            members = [Member(recipe=recipe, fold=fold, seed=derive_seed(seed, "member", recipe.id, round_number, fold)) for fold in range(training.data.folds)]
            _try_recipe(members, training, metric, allowance, share, round_number=round_number, seed=seed, listener=listener)
    if not training.candidates:
        raise TrainingFailed(
            "A network with finite weights is required, but every one that was tried diverged. Look for extreme values in the columns, or exclude them."
        )
    return training


def _threads(member: Member, data: FoldTensors, allowance: Allowance) -> AbstractContextManager[int | None]:
    return best_threads([member], data) if allowance.work is None else nullcontext()


def _prepare(
    dataset: Dataset,
    frame: pl.DataFrame,
    split: Split,
    recipes: Sequence[Recipe],
    allowance: Allowance,
    encodings: list[Encoding],
    first: FoldTensors,
    *,
    seed: int,
) -> Training:
    """Measure one network on the first fold, decide how many folds and recipes the allowance pays for, and encode those folds."""
    epochs = allowance.epochs_of_one_member(_speed([Member(recipe=recipes[0], fold=0, seed=seed)], first, allowance), rows=len(split.folds[0].train))
    if epochs < LEAST_EPOCHS and allowance.work is None and not allowance.stopped:
        raise BudgetTooSmall(given_seconds=allowance.deadline.budget_seconds, smallest_seconds=_smallest_budget(epochs, allowance))
    plan = plan_training(epochs_of_one_member=epochs, folds=len(split.folds), recipes=len(recipes))
    encodings = [*encodings, *fit_encodings(frame, encodings[0].layout, split.folds[1 : plan.folds])]
    data = _tensors(dataset, frame, split, encodings, first.device) if plan.folds > 1 else first
    training = Training(data=data, encodings=tuple(encodings), plan=plan)
    if plan.folds < len(split.folds):
        training.events.append(
            Event(name="fewer-folds", what=f"{plan.folds} of {len(split.folds)} folds were trained: the budget pays for {epochs:.0f} epochs of one network.")
        )
    if plan.recipes < len(recipes):
        left_out = ", ".join(recipe.name for recipe in recipes[plan.recipes :])
        training.events.append(Event(name="fewer-recipes", what=f"Not tried for lack of time: {left_out}."))
    return training


def _smallest_budget(epochs: float, allowance: Allowance) -> float:
    missing = allowance.seconds * (LEAST_EPOCHS / epochs - 1) if epochs > 0 else 2 * allowance.reserve_seconds
    return float(np.ceil((allowance.deadline.budget_seconds + missing) * 1.2))


def _tensors(dataset: Dataset, frame: pl.DataFrame, split: Split, encodings: Sequence[Encoding], device: torch.device) -> FoldTensors:
    rows = frame[split.train]
    place = np.full(frame.height, -1)
    place[split.train] = np.arange(len(split.train))
    encoded = (encoding.encode(rows) for encoding in encodings)
    return fold_tensors(
        kind=dataset.task.kind,
        shape=encodings[0].layout.input_shape,
        outputs=dataset.task.outputs,
        inputs=[(inputs.numbers, inputs.codes) for inputs in encoded],
        truth=dataset.target[split.train],
        folds=[(place[fold.train], place[fold.validation]) for fold in split.folds[: len(encodings)]],
        device=device,
    )


def _tell_plan(training: Training, recipes: Sequence[Recipe], allowance: Allowance, listener: Listener) -> None:
    names = ", ".join(recipe.name for recipe in recipes[: training.plan.recipes])
    bound = f"{allowance.seconds:.0f} s" if allowance.work is None else f"{allowance.work:,} training rows"
    listener.say(f"Plan: {training.plan.recipes} recipes ({names}) over {training.plan.folds} folds within {bound}.")


def _schedule(recipes: Sequence[Recipe], training: Training, allowance: Allowance) -> Iterator[tuple[int, Recipe, float]]:
    """(round, recipe, share of what is left): first every recipe, then the best ones again with new seeds while that fits."""
    for position, recipe in enumerate(recipes):
        if allowance.stopped and training.candidates:
            return
        yield 0, recipe, 1.0 / (len(recipes) - position)
    for round_number in range(1, MOST_ROUNDS):
        for candidate in sorted((c for c in training.candidates if c.round_number == 0), key=lambda c: c.error)[:REPEATED]:
            share = allowance.share_of(seconds=candidate.seconds, rows=candidate.rows)
            if allowance.stopped or share > 1.0:
                return
            yield round_number, candidate.recipe, min(share * 1.2, 1.0)


def _try_recipe(
    members: Sequence[Member], training: Training, metric: Metric, allowance: Allowance, share: float, *, round_number: int, seed: int, listener: Listener
) -> None:
    recipe, started, rows_before = members[0].recipe, time.monotonic(), allowance.rows_used
    speed = _speed(members, training.data, allowance)
    trained: list[TrainedMember] = []
    waves = [members[start : start + speed.width] for start in range(0, len(members), speed.width)]
    for position, wave in enumerate(waves):
        wave_share = share / (len(waves) - position) / (1 - share * position / len(waves))
        trained += _train_wave(wave, training, metric, allowance, speed, wave_share, seed=seed, listener=listener)
    training.events += [_rollback_event(entry) for entry in trained if entry.rollbacks]
    if not all(entry.usable for entry in trained):
        training.failed.append(recipe)
        training.events.append(Event(name="recipe-diverged", what=f"{recipe.name} was dropped: a fold's network diverged before it had learned anything."))
        return
    predictions = np.concatenate([entry.predictions for entry in trained])
    training.candidates.append(
        Candidate(
            recipe=recipe,
            round_number=round_number,
            trained=tuple(trained),
            predictions=predictions,
            error=metric.error(training.oof_truth, predictions),
            seconds=time.monotonic() - started,
            rows=allowance.rows_used - rows_before,
        )
    )


def _train_wave(
    members: Sequence[Member], training: Training, metric: Metric, allowance: Allowance, speed: Speed, share: float, *, seed: int, listener: Listener
) -> list[TrainedMember]:
    """Train some members side by side; where the memory does not suffice, half of them after the other half."""
    try:
        population = Population(members, training.data, seed=seed)
        pace = allowance.pace(population, speed, share=share)
        trained = train(population, pace, metric.error, tell=lambda progress, error: _tell(members[0].recipe, metric, allowance, listener, progress, error))
        allowance.spend(population)
        return trained
    except RuntimeError as error:
        if len(members) == 1 or "memory" not in str(error).lower():
            raise
    half = len(members) // 2
    training.events.append(
        Event(name="narrower-population", what=f"{members[0].recipe.name}: {len(members)} networks side by side did not fit into memory; {half} at a time did.")
    )
    return [
        entry
        for part, part_share in ((members[:half], share / 2), (members[half:], share / 2 / (1 - share / 2)))
        for entry in _train_wave(part, training, metric, allowance, speed, part_share, seed=seed, listener=listener)
    ]


def _tell(recipe: Recipe, metric: Metric, allowance: Allowance, listener: Listener, progress: float, error: float) -> None:
    value = metric.best - error if metric.greater_is_better else metric.best + error
    listener.progress(progress, f"{recipe.name}: {metric.label} {value:.4g} on the held-out folds", allowance.deadline.seconds_left)


def _rollback_event(entry: TrainedMember) -> Event:
    who = f"{entry.member.recipe.name}, fold {entry.member.fold + 1}"
    return Event(name="member-rolled-back", what=f"{who}: diverged {entry.rollbacks} times; went on from its best weights with a smaller learning rate.")


def _speed(members: Sequence[Member], data: FoldTensors, allowance: Allowance) -> Speed:
    return unmeasured(members, data) if allowance.work is not None else probe(members, data)
