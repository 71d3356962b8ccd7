"""Training the networks of a table: rows encoded, the plan told, the search run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import torch

from luthier.core.errors import BudgetTooSmall
from luthier.core.findings import Event
from luthier.core.journal import Journal
from luthier.core.listener import Listener
from luthier.core.recipe import Member, Recipe
from luthier.core.seeds import derive_seed
from luthier.data import Dataset, Encoding, Split, fit_encodings, fit_layout, layout_events
from luthier.data.large import LargeTable
from luthier.evaluate import Metric
from luthier.fit import FoldTensors, Speed, fold_tensors, one_thread, probe, unmeasured
from luthier.nets import build
from luthier.tune import (
    Allowance,
    Candidate,
    Executor,
    Plan,
    Point,
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
from luthier.workflows.streaming import with_streams

LEAST_EPOCHS = 3.0
"Epochs of one network below which there is no honest answer."


STREAMED_SHARE = 0.5
"Share of the training that a large table gets for its final networks, which learn from all of its rows."


@dataclass(slots=True, kw_only=True)
class Training:
    """All that the training left behind."""

    data: FoldTensors
    encodings: tuple[Encoding, ...]
    "One a trained fold."
    plan: Plan
    space: Space
    told: tuple[str, ...]
    "The plan as it was told before it started."
    proposer: str
    "Who proposed."
    lanes: int
    candidates: list[Candidate] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

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

    dataset: Dataset
    frame: pl.DataFrame
    "The typed frame of all rows; the sealed ones are not looked at."
    split: Split
    large: LargeTable | None
    "The whole table, where the frame is a sample of it."
    metric: Metric
    space: Space
    past: tuple[Point, ...]
    "Places that were good on tables of the same columns."
    allowance: Allowance
    executor: Executor
    "Gets its rows here."
    journal: Journal
    seed: int
    device: torch.device
    listener: Listener


def train_networks(ground: Ground) -> Training:
    """Search the space for as long as the allowance lasts.

    Raises:
        BudgetTooSmall: not even one network could be trained honestly.
        TrainingFailed: every network diverged.
    """
    folds = ground.split.folds
    rows = ground.frame[ground.split.train]
    layout = fit_layout(rows, ground.dataset.schema)
    encodings = fit_encodings(ground.frame, layout, folds[:1])
    first = _tensors(ground, encodings)
    speeds = SpeedBook(size_of=lambda recipe: _size(recipe, first))
    plan, told = _plan(ground, first, speeds)
    encodings += fit_encodings(ground.frame, layout, folds[1 : plan.folds])
    data = _tensors(ground, encodings) if plan.folds > 1 else first
    search = _search(ground, data, speeds, plan)
    training = Training(
        data=data,
        encodings=tuple(encodings),
        plan=plan,
        space=ground.space,
        told=told,
        proposer=policy_words(plan.trials),
        lanes=ground.executor.lanes,
    )
    search.run(list(ground.space.families)[: plan.recipes])
    if ground.large is not None:
        streamed, event = with_streams(data, encodings, ground.large, ground.split, seed=ground.seed)
        search.learn_from(streamed)
        training.events.append(event)
    training.candidates, training.trials, training.rounds = search.candidates, search.trials, search.rounds
    training.events += [*layout_events(rows, ground.dataset.schema, layout), *_left_out(plan, ground.space, folds=len(folds)), *search.events]
    return training


def _search(ground: Ground, data: FoldTensors, speeds: SpeedBook, plan: Plan) -> Search:
    bench = Workbench(
        data=data,
        judge=ground.metric.error,
        executor=ground.executor.give(data, ground.metric.error),
        allowance=ground.allowance,
        journal=ground.journal,
        speeds=speeds,
        seed=ground.seed,
    )
    return Search(
        bench=bench,
        space=ground.space,
        proposer=policy(ground.space, plan.trials, past=ground.past),
        judge=ground.metric.error,
        say=lambda what, progress, error: _tell(ground, what, progress, error),
        seed=ground.seed,
        kept_share=STREAMED_SHARE if ground.large is not None else 0.0,
    )


def _tell(ground: Ground, what: str, progress: float, error: float) -> None:
    metric, allowance = ground.metric, ground.allowance
    text = f"{what}: {metric.label} {metric.to_value(error):.4g} on the held-out folds"
    ground.listener.progress(allowance.share_used, text, allowance.deadline.seconds_left)


def _plan(ground: Ground, data: FoldTensors, speeds: SpeedBook) -> tuple[Plan, tuple[str, ...]]:
    """Measure the families' own recipes, decide how many folds and recipes the allowance pays for, and say so."""
    allowance, recipes = ground.allowance, [family.recipe for family in ground.space.families.values()]
    first = _measure(ground, recipes[:1], data, speeds)[0]
    left = ground.journal.recall("left at the start", lambda: allowance.left)
    epochs = allowance.epochs_of_one_member(first, rows=len(ground.split.folds[0].train), left=left)
    if epochs < LEAST_EPOCHS and allowance.work is None and not allowance.stopped:
        raise BudgetTooSmall(given_seconds=allowance.deadline.budget_seconds, smallest_seconds=_smallest_budget(epochs, allowance))
    plan = plan_training(epochs_of_one_member=epochs, folds=len(ground.split.folds), recipes=len(recipes))
    _measure(ground, recipes[1 : plan.recipes], data, speeds)
    bound = f"{left:.0f} s" if allowance.work is None else f"{allowance.work:,} training rows"
    told = tuple(plan.sentences(list(ground.space.families), bound=bound))
    for sentence in told:
        ground.listener.say(sentence)
    return plan, told


def _measure(ground: Ground, recipes: Sequence[Recipe], data: FoldTensors, speeds: SpeedBook) -> list[Speed]:
    """How long an epoch of one network takes; written down, and learned for the plans to come."""
    measured = ground.journal.recall("speeds", lambda: _probed(ground, recipes, data), to_plain=_plain, read=lambda plain: [Speed(**speed) for speed in plain])
    for recipe, speed in zip(recipes, measured, strict=True):
        speeds.learn(recipe, seconds=speed.seconds_per_epoch, rows=speed.width * len(data.train_rows[0]))
    return measured


def _probed(ground: Ground, recipes: Sequence[Recipe], data: FoldTensors) -> list[Speed]:
    members = [Member(recipe=recipe, fold=0, seed=derive_seed(ground.seed, "scout")) for recipe in recipes]
    if ground.allowance.work is not None:
        return [unmeasured([member], data) for member in members]
    with one_thread():
        return [probe([member], data) for member in members]


def _plain(speeds: Sequence[Speed]) -> list[dict[str, float]]:
    return [{name: getattr(speed, name) for name in Speed.__slots__} for speed in speeds]


def _size(recipe: Recipe, data: FoldTensors) -> int:
    return sum(weights.numel() for weights in build(recipe.net, data.shape, data.outputs, seed=0).parameters())


def _left_out(plan: Plan, space: Space, *, folds: int) -> Iterator[Event]:
    if plan.folds < folds:
        yield Event(name="fewer-folds", what=f"{plan.folds} of {folds} folds were trained: the budget does not pay for all of them.")
    if plan.recipes < len(space.families):
        yield Event(name="fewer-recipes", what=f"Not tried for lack of time: {', '.join(list(space.families)[plan.recipes :])}.")


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
