"""Training the portfolio over the folds: recipes in, candidates with out-of-fold predictions out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
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
from luthier.fit import FoldTensors, Population, Speed, TrainedMember, fold_tensors, one_thread, probe, train_side_by_side, unmeasured
from luthier.tune import Allowance, Plan, plan_training, portfolio

LEAST_EPOCHS = 3.0
"Epochs of one network below which there is no honest answer."
LONGEST_REPEAT = 2.0
"A recipe is repeated as long as at least half the time that it took is left: its schedule is compressed to fit."
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What a portfolio is trained on and within."""

    dataset: Dataset
    frame: pl.DataFrame
    "The typed frame of all rows; the sealed ones are not looked at."
    split: Split
    metric: Metric
    allowance: Allowance
    seed: int
    device: torch.device
    listener: Listener


def train_portfolio(ground: Ground) -> Training:
    """Train the portfolio's recipes over the folds for as long as the allowance lasts.

    Raises:
        BudgetTooSmall: not even one network could be trained honestly.
        TrainingFailed: every network diverged.
    """
    folds = ground.split.folds
    recipes = portfolio(ground.dataset.task.kind, rows=len(folds[0].train))
    layout = fit_layout(ground.frame[ground.split.train], ground.dataset.schema)
    encodings = fit_encodings(ground.frame, layout, folds[:1])
    first = _tensors(ground, encodings)
    scout = Member(recipe=recipes[0], fold=0, seed=ground.seed)
    with one_thread():
        plan = _plan(ground, recipes, scout, first)
        encodings += fit_encodings(ground.frame, layout, folds[1 : plan.folds])
        data = _tensors(ground, encodings) if plan.folds > 1 else first
        training = Training(data=data, encodings=tuple(encodings), plan=plan)
        training.events += [*layout_events(ground.frame[ground.split.train], ground.dataset.schema, layout), *_left_out(plan, recipes, folds=len(folds))]
        for round_number, recipe, share in _schedule(recipes[: plan.recipes], training, ground.allowance):
            _try_recipe(ground, training, recipe, round_number, share)
    if not training.candidates:
        raise TrainingFailed(
            "A network with finite weights is required, but every one that was tried diverged. Look for extreme values in the columns, or exclude them."
        )
    return training


def _plan(ground: Ground, recipes: Sequence[Recipe], scout: Member, data: FoldTensors) -> Plan:
    """Measure one network, and decide how many folds and recipes the allowance pays for."""
    allowance = ground.allowance
    epochs = allowance.epochs_of_one_member(_speed([scout], data, allowance), rows=len(ground.split.folds[0].train))
    if epochs < LEAST_EPOCHS and allowance.work is None and not allowance.stopped:
        raise BudgetTooSmall(given_seconds=allowance.deadline.budget_seconds, smallest_seconds=_smallest_budget(epochs, allowance))
    plan = plan_training(epochs_of_one_member=epochs, folds=len(ground.split.folds), recipes=len(recipes))
    names = ", ".join(recipe.name for recipe in recipes[: plan.recipes])
    bound = f"{allowance.seconds:.0f} s" if allowance.work is None else f"{allowance.work:,} training rows"
    ground.listener.say(f"Plan: {names} over {plan.folds} folds within {bound}.")
    return plan


def _left_out(plan: Plan, recipes: Sequence[Recipe], *, folds: int) -> Iterator[Event]:
    if plan.folds < folds:
        yield Event(name="fewer-folds", what=f"{plan.folds} of {folds} folds were trained: the budget does not pay for all of them.")
    if plan.recipes < len(recipes):
        yield Event(name="fewer-recipes", what=f"Not tried for lack of time: {', '.join(recipe.name for recipe in recipes[plan.recipes :])}.")


def _smallest_budget(epochs: float, allowance: Allowance) -> float:
    missing = allowance.seconds * (LEAST_EPOCHS / epochs - 1) if epochs > 0 else 2 * allowance.reserve_seconds
    return float(np.ceil((allowance.deadline.budget_seconds + missing) * 1.2))


def _tensors(ground: Ground, encodings: Sequence[Encoding]) -> FoldTensors:
    """The training rows, encoded with the statistics of each of the first folds."""
    split, rows = ground.split, ground.frame[ground.split.train]
    place = np.full(ground.frame.height, -1)
    place[split.train] = np.arange(len(split.train))
    encoded = (encoding.encode(rows) for encoding in encodings)
    return fold_tensors(
        kind=ground.dataset.task.kind,
        shape=encodings[0].layout.input_shape,
        outputs=ground.dataset.task.outputs,
        inputs=[(inputs.numbers, inputs.codes) for inputs in encoded],
        truth=ground.dataset.target[split.train],
        folds=[(place[fold.train], place[fold.validation]) for fold in split.folds[: len(encodings)]],
        device=ground.device,
    )


def _schedule(recipes: Sequence[Recipe], training: Training, allowance: Allowance) -> Iterator[tuple[int, Recipe, float]]:
    """(round, recipe, share of what is left): first every recipe, then the best ones again with new seeds while that fits."""
    for position, recipe in enumerate(recipes):
        if allowance.stopped and training.candidates:
            return
        yield 0, recipe, 1.0 / (len(recipes) - position)
    first_round = sorted(training.candidates, key=lambda candidate: candidate.error)
    for round_number in range(1, MOST_ROUNDS):
        for candidate in first_round[:REPEATED]:
            share = allowance.share_of(seconds=candidate.seconds, rows=candidate.rows)
            if allowance.stopped or share > LONGEST_REPEAT:
                return
            yield round_number, candidate.recipe, min(share * 1.2, 1.0)


def _try_recipe(ground: Ground, training: Training, recipe: Recipe, round_number: int, share: float) -> None:
    """Train a recipe on every fold, and keep it as a candidate unless a fold's network was never any good."""
    started, rows_before = time.monotonic(), ground.allowance.rows_used
    folds = range(training.data.folds)
    members = [Member(recipe=recipe, fold=fold, seed=derive_seed(ground.seed, "member", recipe.id, round_number, fold)) for fold in folds]
    trained = _train_in_waves(ground, training, members, share)
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
            error=ground.metric.error(training.oof_truth, predictions),
            seconds=time.monotonic() - started,
            rows=ground.allowance.rows_used - rows_before,
        )
    )


def _train_in_waves(ground: Ground, training: Training, members: Sequence[Member], share: float) -> list[TrainedMember]:
    """Stacks no wider than the probe found best, as many at a time as there are lanes."""
    speed, lanes = _speed(members, training.data, ground.allowance), ground.allowance.lanes
    stacks = _divided(members, max(min(lanes, len(members)), -(-len(members) // speed.width)))
    waves = [stacks[start : start + lanes] for start in range(0, len(stacks), lanes)]
    trained: list[TrainedMember] = []
    for position, wave in enumerate(waves):
        trained += _train_wave(ground, training, wave, speed, share / (len(waves) - share * position))
    return trained


def _train_wave(ground: Ground, training: Training, stacks: Sequence[Sequence[Member]], speed: Speed, share: float) -> list[TrainedMember]:
    """Train stacks at the same time; where the memory does not suffice, one after the other."""
    recipe = stacks[0][0].recipe
    try:
        populations = [Population(stack, training.data, seed=ground.seed) for stack in stacks]
        parts = [share * len(stack) / sum(map(len, stacks)) if ground.allowance.work is not None else share for stack in stacks]
        paces = [ground.allowance.pace(population, speed, share=part) for population, part in zip(populations, parts, strict=True)]
        trained = train_side_by_side(populations, paces, ground.metric.error, tell=_teller(ground, recipe, share))
        for population in populations:
            ground.allowance.spend(population)
        return trained
    except RuntimeError as error:
        smaller = stacks if len(stacks) > 1 else _divided(stacks[0], 2)
        if len(smaller) == 1 or "memory" not in str(error).lower():
            raise
    sizes = " + ".join(str(len(stack)) for stack in stacks)
    training.events.append(
        Event(name="narrower-population", what=f"{recipe.name}: {sizes} networks side by side did not fit into memory; fewer at a time did.")
    )
    last = len(smaller)
    return [entry for place, stack in enumerate(smaller) for entry in _train_wave(ground, training, [stack], speed, share / (last - share * place))]


def _divided(members: Sequence[Member], parts: int) -> list[Sequence[Member]]:
    """The members in order, in so many parts that differ by one at most; no part is empty."""
    edges = [len(members) * part // parts for part in range(parts + 1)]
    return [members[start:stop] for start, stop in zip(edges, edges[1:], strict=False) if stop > start]


def _teller(ground: Ground, recipe: Recipe, share: float) -> Callable[[float, float], None]:
    metric, allowance = ground.metric, ground.allowance

    def tell(progress: float, error: float) -> None:
        text = f"{recipe.name}: {metric.label} {metric.to_value(error):.4g} on the held-out folds"
        ground.listener.progress(allowance.done(progress, share=share), text, allowance.deadline.seconds_left)

    return tell


def _rollback_event(entry: TrainedMember) -> Event:
    who = f"{entry.member.recipe.name}, fold {entry.member.fold + 1}"
    return Event(name="member-rolled-back", what=f"{who}: diverged {entry.rollbacks} times; went on from its best weights with a smaller learning rate.")


def _speed(members: Sequence[Member], data: FoldTensors, allowance: Allowance) -> Speed:
    return unmeasured(members, data) if allowance.work is not None else probe(members, data)
