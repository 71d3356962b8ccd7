"""Training the networks of a fit: the plan told, the search run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from luthier.core.errors import BudgetTooSmall
from luthier.core.findings import Event
from luthier.core.journal import Journal
from luthier.core.listener import Listener
from luthier.core.recipe import Member, Recipe
from luthier.core.task import PixelShape
from luthier.fit import FoldTensors, Speed, bfloat16_pays, has_bfloat16, network_size, one_thread, start_network
from luthier.tune import (
    WIDEST,
    Allowance,
    Candidate,
    Executor,
    Plan,
    Round,
    Search,
    Space,
    SpeedBook,
    Trial,
    Workbench,
    oof_rows,
    oof_truth,
    plan_training,
    policy,
    policy_words,
)
from luthier.workflows.preparation import Preparation
from luthier.workflows.probing import measured_speeds
from luthier.workflows.recording import Recorder

LEAST_EPOCHS = 3.0
"Epochs of one network below which there is no honest answer."
OPENED = "Before the first full training, short ones show what the learning-rate schedule and changed images bring, if the time pays for them."
STREAMED_SHARE = 0.5
"Share of the training that a large table gets for its final networks, which learn from all of its rows."


@dataclass(slots=True, kw_only=True)
class Training:
    """All that the training left behind."""

    data: FoldTensors
    plan: Plan
    space: Space
    told: tuple[str, ...]
    "The plan as it was told before it started."
    proposer: str
    "Who proposed."
    lanes: int
    candidates: list[Candidate]
    trials: list[Trial]
    rounds: list[Round]
    events: list[Event]

    @property
    def oof_rows(self) -> np.ndarray:
        """Rows (counted among the training rows) of the out-of-fold predictions."""
        return oof_rows(self.data)

    @property
    def oof_truth(self) -> np.ndarray:
        """The truth of the out-of-fold predictions."""
        return oof_truth(self.data)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What networks are trained on and within."""

    prepared: Preparation
    allowance: Allowance
    executor: Executor
    "Gets its rows here."
    journal: Journal
    seed: int
    device: torch.device
    listener: Listener
    recorder: Recorder


def train_networks(ground: Ground) -> Training:
    """Search the space for as long as the allowance lasts.

    Raises:
        BudgetTooSmall: not even one network could be trained honestly.
        TrainingFailed: no network could be trained, or every one diverged.
    """
    prepared = ground.prepared
    material = prepared.material
    first = _in_precision(ground, material.fold_data(1, ground.device))
    speeds = SpeedBook(size_of=lambda recipe: network_size(recipe, first))
    plan, told = _plan(ground, first, speeds)
    data = replace(material.fold_data(plan.folds, ground.device), precision=first.precision) if plan.folds > 1 else first
    search = _search(ground, data, speeds, plan)
    search.run(list(prepared.space.families)[: plan.recipes])
    events = [*prepared.events, *material.events, *_left_out(plan, prepared.space, folds=len(prepared.split.folds))]
    if material.large is not None:
        more, event = material.on_all_rows(data, seed=ground.seed)
        search.learn_from(more)
        events.append(event)
    return Training(
        data=data,
        plan=plan,
        space=prepared.space,
        told=told,
        proposer=policy_words(plan.trials),
        lanes=ground.executor.lanes,
        candidates=search.candidates,
        trials=search.trials,
        rounds=search.rounds,
        events=[*events, *search.events],
    )


def _search(ground: Ground, data: FoldTensors, speeds: SpeedBook, plan: Plan) -> Search:
    prepared, judge = ground.prepared, ground.prepared.metric.error
    bench = Workbench(
        data=data,
        judge=judge,
        executor=ground.executor.give(data, judge),
        allowance=ground.allowance,
        journal=ground.journal,
        speeds=speeds,
        seed=ground.seed,
        widest=1 if isinstance(data.shape, PixelShape) else WIDEST,
    )
    return Search(
        bench=bench,
        space=prepared.space,
        proposer=policy(prepared.space, plan.trials, past=prepared.past),
        say=lambda what, progress, error: _tell(ground, what, progress, error),
        opening=prepared.opening,
        kept_share=STREAMED_SHARE if prepared.material.large is not None else 0.0,
    )


def _tell(ground: Ground, what: str, progress: float, error: float) -> None:
    metric, allowance = ground.prepared.metric, ground.allowance
    text = f"{what}: {metric.label} {metric.to_value(error):.4g} on the held-out folds"
    ground.listener.progress(allowance.share_used, text, allowance.deadline.seconds_left)
    ground.recorder.tell(what, metric.to_value(error), seconds=allowance.deadline.seconds_used, metric=metric.name)


def _plan(ground: Ground, data: FoldTensors, speeds: SpeedBook) -> tuple[Plan, tuple[str, ...]]:
    """Measure the families' own recipes, decide how many folds and recipes the allowance pays for, and say so."""
    allowance, folds, families = ground.allowance, ground.prepared.split.folds, ground.prepared.space.families
    recipes = [family.recipe for family in families.values()]
    first = _measure(ground, recipes[:1], data, speeds)[0]
    left = ground.journal.recall("left at the start", lambda: allowance.left)
    epochs = allowance.epochs_of_one_member(first, rows=len(folds[0].train), left=left)
    if epochs < LEAST_EPOCHS and allowance.work is None and not allowance.stopped:
        raise BudgetTooSmall(given_seconds=allowance.deadline.budget_seconds, smallest_seconds=_smallest_budget(epochs, allowance))
    plan = plan_training(epochs_of_one_member=epochs, folds=len(folds), recipes=len(recipes), lengths=ground.prepared.lengths, lanes=allowance.lanes)
    _measure(ground, recipes[1 : plan.recipes], data, speeds)
    bound = f"{left:.0f} s" if allowance.work is None else f"{allowance.work:,} training {ground.prepared.dataset.rows_called}"
    told = (*plan.sentences(list(families), bound=bound), *((OPENED,) if ground.prepared.opening is not None else ()))
    for sentence in told:
        ground.listener.say(sentence)
    return plan, told


def _in_precision(ground: Ground, data: FoldTensors) -> FoldTensors:
    """Convolutions in bfloat16 where a timing says that it pays; without a clock, where the device has it."""
    if not isinstance(data.shape, PixelShape):
        return data
    recipe = next(iter(ground.prepared.space.families.values())).recipe
    halved = ground.journal.recall("bfloat16", lambda: _halving_pays(ground, recipe, data))
    return replace(data, precision=torch.bfloat16 if halved else torch.float32)


def _halving_pays(ground: Ground, recipe: Recipe, data: FoldTensors) -> bool:
    if ground.allowance.work is not None:
        return has_bfloat16(ground.device)
    (pixels,), _ = data.gather(torch.zeros(1, dtype=torch.long, device=data.device), data.train_rows[0][None, : recipe.batch_size])
    with one_thread():
        return bfloat16_pays(start_network(Member(recipe=recipe, fold=0, seed=0), data), pixels[0], ground.device)


def _measure(ground: Ground, recipes: Sequence[Recipe], data: FoldTensors, speeds: SpeedBook) -> list[Speed]:
    """How long an epoch of one network takes, learned for the plans to come."""
    measured = measured_speeds(recipes, data, ground.journal, seed=ground.seed, by_work=ground.allowance.work is not None)
    for recipe, speed in zip(recipes, measured, strict=True):
        speeds.learn(recipe, seconds=speed.seconds_per_epoch, rows=speed.width * len(data.train_rows[0]))
    return measured


def _left_out(plan: Plan, space: Space, *, folds: int) -> Iterator[Event]:
    if plan.folds < folds:
        yield Event(name="fewer-folds", what=f"{plan.folds} of {folds} folds were trained: the budget does not pay for all of them.")
    if plan.recipes < len(space.families):
        yield Event(name="fewer-recipes", what=f"Not tried for lack of time: {', '.join(list(space.families)[plan.recipes :])}.")


def _smallest_budget(epochs: float, allowance: Allowance) -> float:
    missing = allowance.seconds * (LEAST_EPOCHS / epochs - 1) if epochs > 0 else 2 * allowance.reserve_seconds
    return float(np.ceil((allowance.deadline.budget_seconds + missing) * 1.2))
