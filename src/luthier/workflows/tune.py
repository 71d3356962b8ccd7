"""tune: a user's own network in, the best recipe for it and its trained networks out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from luthier.core.clock import Deadline, parse_duration, parse_work
from luthier.core.errors import BudgetTooSmall, SettingInvalid
from luthier.core.findings import Event
from luthier.core.journal import Journal
from luthier.core.listener import Listener, Silent
from luthier.core.recipe import Recipe, Setting
from luthier.core.task import Task
from luthier.evaluate import Evaluation, evaluate
from luthier.fit import FoldTensors, StackedNetwork, choose_device, lanes_for, stack_trained
from luthier.nets.own import ModuleFactory, OwnNet, own_architecture, settings_of_factory
from luthier.tune import Allowance, Candidate, InProcess, Search, Trial, oof_truth, select_ensemble
from luthier.tune.domains import Domain
from luthier.workflows.interrupt import finishing_on_interrupt
from luthier.workflows.own_rows import OwnRows, as_inputs, own_rows
from luthier.workflows.own_search import OwnGround, Subject, divided, first_value, looked_at, own_judge, own_search
from luthier.workflows.run_folder import package_versions

SMALLEST_BUDGET_SECONDS = 5.0
JUDGING_SECONDS = 2.0
"Kept back for the sealed rows."
BLOCK = 8192
"Rows that are predicted at once."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TuneResult:
    """What a search over a user's own network found."""

    task: Task
    recipe: Recipe
    "The best one: everything that makes its network and its training."
    module: nn.Module
    "The user's module with that recipe's settings, trained: the one of its folds that was best, on the CPU, in evaluation mode."
    evaluation: Evaluation
    "Of the ensemble, on rows that nothing had seen."
    trials: tuple[Trial, ...]
    "Everything that was tried."
    events: tuple[Event, ...]
    "What was changed, dropped or guessed."
    chosen: tuple[tuple[StackedNetwork, float], ...] = field(repr=False)
    "The networks of the ensemble, a stack a recipe, with their weights."

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The best settings of the user's module."""
        return self.recipe.net.settings

    def predict(self, inputs: Any) -> np.ndarray:
        """The ensemble's probabilities [rows, classes], or numbers [rows] for a regression."""
        return _answers(self.chosen, as_inputs(inputs), classification=self.task.kind.is_classification)


def tune(
    module_factory: ModuleFactory,
    space: Mapping[str, Domain],
    dataset: Sequence[Any],
    *,
    budget: str | float = "5m",
    work: str | int | None = None,
    task: str = "auto",
    metric: str | Callable[[np.ndarray, np.ndarray], float] | None = None,
    folds: int = 5,
    seed: int = 0,
    device: str = "auto",
    run: str | Path | None = None,
    resume: bool = False,
    listener: Listener | None = None,
) -> TuneResult:
    """Find the best training recipe and settings for a network of one's own.

    The module is trained in populations, many recipes as one stacked program; where it uses what vmap cannot take, one by one.

    Args:
        module_factory: makes the module from keyword settings. It maps inputs [batch, ...] to logits [batch, classes], or to [batch] or
            [batch, 1] for a regression, whose targets are standardized for it.
        space: what is searched, by name: settings of the factory, and of the training (`learning_rate`, `weight_decay`, `batch_size`,
            `label_smoothing`, `ema_decay`, `optimizer`, `optimizer.beta2`, `schedule`...). A learning rate that is not named is searched around
            what a range test finds.
        dataset: (inputs [rows, ...], targets [rows]) as arrays or tensors, or a `TensorDataset`. A fifth is sealed for the last word.
        metric: name of a metric, or (truth, predictions) -> error, smaller is better.
        run: folder that keeps the state of the search, so that `resume=True` goes on after any interruption.

    Raises:
        ModuleUnusable: the module has no parameters, its forward fails, or its result has the wrong shape.
        LuthierError: the data, the space or the budget makes an honest answer impossible.

    Example:
        >>> import numpy as np
        >>> from torch import nn
        >>> from luthier import tune
        >>> from luthier.tune import Whole
        >>> inputs = np.random.default_rng(0).normal(size=(200, 3)).astype("float32")
        >>> make = lambda width=8: nn.Sequential(nn.Linear(3, width), nn.ReLU(), nn.Linear(width, 2))
        >>> result = tune(make, {"width": Whole(4, 32)}, (inputs, inputs[:, 0] > 0), work="20k", folds=2)
        >>> result.predict(inputs).shape
        (200, 2)
    """
    torch_device, deadline = choose_device(device), Deadline(budget_seconds=_budget_seconds(budget) if work is None else inf)
    rows = own_rows(dataset, task=task, metric=metric if isinstance(metric, str) else None, folds=folds, seed=seed, device=torch_device)
    ground = OwnGround(data=rows.data, judge=own_judge(metric, rows.task), seed=seed)
    network, training = divided(space, settings_of_factory(module_factory))
    with own_architecture(module_factory, {name: first_value(domain) for name, domain in network.items()}) as name:
        subject = looked_at(name, ground, network, training)
        told = {"budget": str(budget), "work": str(work), "seed": seed, "folds": folds, "data": rows.digest, "space": repr(sorted(subject.domains.items()))}
        journal = _journal(run, told, deadline, resume=resume)
        most = parse_work(work) if work is not None else None
        allowance = Allowance(deadline=deadline, reserve_seconds=JUDGING_SECONDS, work=most, lanes=lanes_for(torch_device))
        search = _searched(subject, allowance, journal, listener or Silent())
        return _result(rows, search, [*subject.events, *search.events])


def _budget_seconds(budget: str | float) -> float:
    seconds = parse_duration(budget)
    if seconds < SMALLEST_BUDGET_SECONDS:
        raise BudgetTooSmall(given_seconds=seconds, smallest_seconds=SMALLEST_BUDGET_SECONDS)
    return seconds


def _journal(run: str | Path | None, identity: Mapping[str, Any], deadline: Deadline, *, resume: bool) -> Journal:
    """The journal of the search, taken up again or begun; the time that it had used counts against the budget."""
    if run is None and resume:
        raise SettingInvalid("To resume, the folder of the run is required: give run=FOLDER.")
    if run is None:
        return Journal()
    known = {**identity, **package_versions()}
    journal = Journal.resume(Path(run), known) if resume else Journal.begin(Path(run), known)
    journal.run_on(lambda: deadline.seconds_used)
    deadline.started -= journal.seconds_before
    return journal


def _searched(subject: Subject, allowance: Allowance, journal: Journal, listener: Listener) -> Search:
    """The search, played to its end; the first Ctrl-C lets it finish with what there is."""
    ground, deadline = subject.ground, allowance.deadline
    with (
        closing(InProcess(ground.data, ground.judge, lanes=allowance.lanes)) as executor,
        finishing_on_interrupt(deadline, listener, also=(journal.freeze, executor.stop)),
    ):
        search = own_search(subject, executor, allowance, journal, listener)
        search.run(list(subject.space.families))
    return search


def _result(rows: OwnRows, search: Search, events: Sequence[Event]) -> TuneResult:
    candidates = [candidate for candidate in search.candidates if candidate.held]
    best = min(candidates, key=lambda candidate: candidate.error)
    ensemble = select_ensemble([candidate.predictions for candidate in candidates], oof_truth(rows.data), search.bench.judge)
    chosen = tuple((_stacked(candidates[number], rows.data), ensemble.weights[number]) for number in ensemble.chosen)
    predictions = _answers(chosen, rows.sealed_inputs, classification=rows.task.kind.is_classification)
    return TuneResult(
        task=rows.task,
        recipe=best.recipe,
        module=_best_module(best, rows.data),
        evaluation=evaluate(rows.task, rows.sealed_truth, predictions),
        trials=tuple(search.trials),
        events=tuple(events),
        chosen=chosen,
    )


def _stacked(candidate: Candidate, data: FoldTensors) -> StackedNetwork:
    return stack_trained(candidate.trained, kind=data.kind, shape=data.shape, outputs=data.outputs, scales=data.scales)


def _best_module(best: Candidate, data: FoldTensors) -> nn.Module:
    """The user's own module with the weights of the fold that was best."""
    entry = min(best.trained, key=lambda entry: entry.error)
    stacked = stack_trained([entry], kind=data.kind, shape=data.shape, outputs=data.outputs, scales=data.scales)
    own = stacked.predictor.net
    assert isinstance(own, OwnNet)
    prefix = "net.module."
    own.module.load_state_dict({name.removeprefix(prefix): tensor[0] for name, tensor in stacked.tensors.items() if name.startswith(prefix)})
    return own.module.eval()


@torch.no_grad()
def _answers(chosen: Sequence[tuple[StackedNetwork, float]], inputs: Tensor, *, classification: bool) -> np.ndarray:
    answers = np.concatenate([_mean_of_block(chosen, block) for block in inputs.split(BLOCK)])
    return answers if classification else answers[:, 0]


def _mean_of_block(chosen: Sequence[tuple[StackedNetwork, float]], inputs: Tensor) -> np.ndarray:
    return np.sum([weight * stacked.each(inputs).mean(dim=0).double().numpy() for stacked, weight in chosen], axis=0)
