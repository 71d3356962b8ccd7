"""Training a population to the end: judged on the user's metric, stopped early, rolled back when it diverges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from luthier.core.recipe import Member
from luthier.core.task import PixelShape
from luthier.fit.folds import FoldTensors
from luthier.fit.memory import Hurry, Memory, Outcome
from luthier.fit.pace import Pace
from luthier.fit.points import ResumePoint
from luthier.fit.population import Population

Judge = Callable[[np.ndarray, np.ndarray], float]
"(truth, prediction) -> error, smaller is better: the user's metric."

MOST_EVALUATIONS = 100
"Evaluations in a training: an epoch each where that is between the fewest that its pace asks for and this."
EPOCHS_OF_IMAGES = 2
"Between two evaluations, where networks see images: one costs a tenth of an epoch or more, and such trainings are at their best at their end."
EXPLODED = 4.0
"A training loss this many times its first value has exploded."
HURRY_SHARE = 0.33
"A member that stopped improving ends its schedule in this share of the steps to its best."
FEWEST_HURRIED = 3
"But in no fewer evaluations than these."
ROLLBACKS = 3
"After so many divergences a member stops."
BACKOFF = 0.4
"Learning rate after a roll-back, times what it was."


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What a training looked like: one value an evaluation."""

    epochs: tuple[float, ...]
    train_loss: tuple[float, ...]
    "Mean training loss since the evaluation before, regularization noise included."
    validation_error: tuple[float, ...]
    "The user's metric as an error: smaller is better."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedMember:
    """One network after training, at its best epoch."""

    member: Member
    weights: Tensor
    "Flat [parameters]."
    buffers: Mapping[str, Tensor]
    "What the network stores beside its weights, such as bin edges."
    error: float
    "Best validation error."
    predictions: np.ndarray
    "For its fold's validation rows: probabilities [rows, classes], or predictions in the target's unit [rows]."
    best_epoch: float
    curve: Curve
    outcome: Outcome
    rollbacks: int

    @property
    def usable(self) -> bool:
        """False for a member that diverged before it was ever good."""
        return bool(np.isfinite(self.error))


def train(
    population: Population,
    pace: Pace,
    judge: Judge,
    *,
    tell: Callable[[float, float], None] = lambda progress, error: None,
    point: ResumePoint | None = None,
) -> list[TrainedMember]:
    """Train every member until the pace says stop or none is left; members come back in their order, each at its best epoch.

    Args:
        judge: the metric that chooses the best epoch.
        tell: called after each evaluation with the progress and the mean of the members' best errors.
        point: where the state is kept on the way; if it has one already, the training goes on from there.
    """
    members = list(population.members)
    kept_before = point.take_up(population, pace) if point is not None else None
    memory, positions = kept_before if kept_before is not None else (_fresh_memory(population), list(range(len(members))))
    while positions:
        alive = [memory[position] for position in positions]
        interval = _steps_between_evaluations(population, pace)
        _judge_members(population, alive, _advance(population, pace, alive, interval), judge)
        kept = _go_on(population, pace, alive, interval)
        pace.correct(population.step_number)
        tell(pace.progress(population.step_number), float(np.mean([entry.error for entry in memory])))
        if pace.finished(population.step_number):
            break
        if 0 < len(kept) < len(alive):
            population.keep(kept)
        positions = [positions[place] for place in kept]
        if point is not None and positions:
            point.keep(population, pace, memory, positions)
    return [_trained(member, entry) for member, entry in zip(members, memory, strict=True)]


def _fresh_memory(population: Population) -> list[Memory]:
    weights = population.weights_to_judge()
    return [Memory(row.clone(), {name: stack[m].clone() for name, stack in population.buffers.items()}) for m, row in enumerate(weights)]


def _advance(population: Population, pace: Pace, alive: Sequence[Memory], interval: int) -> Tensor:
    """Steps up to the next evaluation; returns each member's mean loss over them."""
    total, steps = torch.zeros(len(alive), device=population.data.device), 0
    while steps < interval and not pace.finished(population.step_number):
        middle = population.step_number + 0.5
        progress = [pace.progress(middle) if entry.hurry is None else entry.hurry.at(middle) for entry in alive]
        total += population.step(progress)
        steps += 1
    return total / max(steps, 1)


def _steps_between_evaluations(population: Population, pace: Pace) -> int:
    if isinstance(population.data.shape, PixelShape):
        return max(EPOCHS_OF_IMAGES * population.steps_per_epoch, pace.steps // MOST_EVALUATIONS)
    return min(max(population.steps_per_epoch, pace.steps // MOST_EVALUATIONS), max(pace.steps // pace.fewest_evaluations, 1))


def _judge_members(population: Population, alive: Sequence[Memory], losses: Tensor, judge: Judge) -> None:
    """Compare every member with its best so far; roll back those that diverged."""
    weights = population.weights_to_judge()
    predictions = validation_predictions(population, weights)
    for position, entry in enumerate(alive):
        loss = float(losses[position])
        if _diverged(entry, loss, predictions[position]):
            _roll_back(population, position, entry)
            continue
        truth = validation_truth(population.data, population.members[position].fold)
        error = judge(truth, predictions[position])
        _remember(entry, population, position, loss=loss, error=error, predictions=predictions[position], weights=weights[position])
    population.observe(torch.tensor([entry.errors[-1] if entry.errors else float("nan") for entry in alive]))


def _go_on(population: Population, pace: Pace, alive: Sequence[Memory], interval: int) -> list[int]:
    """The positions of the members that go on. Who has not improved for long returns to its best and hurries to the end of its schedule."""
    step = population.step_number
    for position, entry in enumerate(alive):
        patience = population.members[position].recipe.patience
        if entry.hurry is not None and step >= entry.hurry.step + entry.hurry.steps:
            entry.outcome = Outcome.STOPPED_EARLY
        elif entry.hurry is None and entry.since_best > patience:
            steps = max(int(HURRY_SHARE * entry.best_step), FEWEST_HURRIED * interval)
            entry.hurry = Hurry(step=step, progress=pace.progress(step), steps=steps)
            population.restart(position, entry.weights)
    return [position for position, entry in enumerate(alive) if entry.outcome is Outcome.FINISHED]


def _diverged(entry: Memory, loss: float, predictions: np.ndarray) -> bool:
    exploded = bool(entry.losses) and loss > EXPLODED * max(entry.losses[0], 1e-3)
    return exploded or not np.isfinite(loss) or not bool(np.isfinite(predictions).all())


def _roll_back(population: Population, position: int, entry: Memory) -> None:
    entry.rollbacks += 1
    if entry.rollbacks >= ROLLBACKS:
        entry.outcome = Outcome.DIVERGED
    population.restart(position, entry.weights, backoff=BACKOFF)


def _remember(entry: Memory, population: Population, position: int, *, loss: float, error: float, predictions: np.ndarray, weights: Tensor) -> None:
    step = population.step_number
    if entry.remember(epoch=step / population.steps_per_epoch, step=step, loss=loss, error=error):
        entry.weights, entry.predictions = weights.clone(), predictions
        entry.buffers = {name: stack[position].clone() for name, stack in population.buffers.items()}


def validation_predictions(population: Population, weights: Tensor) -> list[np.ndarray]:
    """Every member's predictions for its own validation rows, in the target's own unit."""
    data = population.data
    rows = [data.validation_rows[member.fold] for member in population.members]
    longest = max(len(part) for part in rows)
    padded = torch.stack([torch.cat([part, part[:1].expand(longest - len(part))]) for part in rows])
    values = population.predict(padded, weights).cpu().numpy().astype(np.float64)
    return [_in_own_unit(data, member.fold, values[m, : len(rows[m])]) for m, member in enumerate(population.members)]


def validation_truth(data: FoldTensors, fold: int) -> np.ndarray:
    """The truth of a fold's validation rows."""
    return data.truth[data.validation_rows[fold].cpu().numpy()]


def _in_own_unit(data: FoldTensors, fold: int, values: np.ndarray) -> np.ndarray:
    if data.kind.is_classification:
        return values
    scale = data.scales[fold]
    return (values[:, 0] * scale.deviation + scale.mean).clip(scale.low, scale.high)


def _trained(member: Member, entry: Memory) -> TrainedMember:
    return TrainedMember(
        member=member,
        weights=entry.weights,
        buffers=entry.buffers,
        error=entry.error,
        predictions=entry.predictions,
        best_epoch=entry.best_epoch,
        curve=Curve(epochs=tuple(entry.epochs), train_loss=tuple(entry.losses), validation_error=tuple(entry.errors)),
        outcome=entry.outcome,
        rollbacks=entry.rollbacks,
    )
