"""The search over a user's own network: what is searched, by which error, and how it is played."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite

import numpy as np

from luthier.core.errors import SettingInvalid
from luthier.core.findings import Event
from luthier.core.journal import Journal
from luthier.core.listener import Listener
from luthier.core.recipe import Recipe, Setting
from luthier.core.task import Task
from luthier.evaluate import metric_named
from luthier.fit import FoldTensors, Judge, network_size
from luthier.tune import LEAST_EPOCHS, Allowance, Executor, Family, Search, Space, SpeedBook, Workbench, policy
from luthier.tune.domains import Domain
from luthier.workflows.own_module import learning_rates, plain_recipe, refuse_unusable, widest_stack
from luthier.workflows.probing import measured_speeds

OF_THE_RECIPE = frozenset(one.name for one in fields(Recipe)) - {"name", "net"}
"Names of a space that belong to the training; the others are settings of the network."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnGround:
    """What a user's own network is trained on, and judged by."""

    data: FoldTensors
    judge: Judge
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subject:
    """A user's own network, looked at before it is searched."""

    ground: OwnGround
    recipe: Recipe
    "How it is trained where the space says nothing."
    domains: Mapping[str, Domain]
    "What is searched, by name."
    widest: int
    "Recipes in one stacked program: 1 where it uses what vmap cannot take."
    events: tuple[Event, ...]

    @property
    def space(self) -> Space:
        """The space of one family: the network's."""
        rate = first_value(self.domains["learning_rate"])
        if not isinstance(rate, int | float):
            raise SettingInvalid(f"The learning rate must be a number, but {rate!r} came. Give a range of numbers, such as Real(1e-4, 1e-2, log=True).")
        return Space(families={self.recipe.name: Family(recipe=replace(self.recipe, learning_rate=float(rate)), domains=self.domains)})


def looked_at(name: str, ground: OwnGround, network: Mapping[str, Domain], training: Mapping[str, Domain]) -> Subject:
    """Try the network on a few rows, and add the learning rate to what is searched where the user named none.

    Args:
        name: of the registered architecture.
        network: settings of the network that are searched.
        training: settings of its training that are searched.

    Raises:
        ModuleUnusable: it cannot be trained.
    """
    events: list[Event] = []
    recipe = plain_recipe(name, ground.data)
    refuse_unusable(recipe, ground.data)
    widest = widest_stack(recipe, ground.data, events)
    domains = {f"net.{setting}": domain for setting, domain in network.items()} | dict(training)
    if "learning_rate" not in domains:
        domains["learning_rate"] = learning_rates(recipe, ground.data, ground.seed, events, stacks=widest > 1)
    return Subject(ground=ground, recipe=recipe, domains=domains, widest=widest, events=tuple(events))


def divided(space: Mapping[str, Domain], takes: Collection[str]) -> tuple[dict[str, Domain], dict[str, Domain]]:
    """The settings of the network, and those of the training.

    Args:
        takes: names of the settings that the network takes.

    Example:
        >>> from luthier.tune import Whole
        >>> network, training = divided({"width": Whole(4, 32), "batch_size": Whole(16, 64)}, ["width"])
        >>> list(network), list(training)
        (['width'], ['batch_size'])
    """
    training = {name: domain for name, domain in space.items() if name.partition(".")[0] in OF_THE_RECIPE or name == "decay_rate"}
    network = {name: domain for name, domain in space.items() if name not in training}
    for name in network:
        if name not in takes:
            raise SettingInvalid(
                f"A space must name settings of the network or of the training, but {name!r} is neither. The network takes {', '.join(takes) or 'none'}."
            )
    return network, training


def first_value(domain: Domain) -> Setting:
    """Where a domain's best value is expected: its prior, else its middle."""
    return domain.at(0.5) if domain.prior is None else domain.prior


def own_judge(metric: str | Callable[[np.ndarray, np.ndarray], float] | None, task: Task) -> Judge:
    """The error by which recipes are compared: of a metric that Luthier knows, or the user's own."""
    if metric is None or isinstance(metric, str):
        return metric_named(task.metric, task.kind).error

    def finite_error(truth: np.ndarray, predictions: np.ndarray) -> float:
        error = float(metric(truth, predictions))
        if not isfinite(error) and np.isfinite(predictions).all():
            raise SettingInvalid(f"The metric must give a finite number, but {error!r} came for {len(truth)} rows.")
        return error

    return finite_error


def own_search(subject: Subject, executor: Executor, allowance: Allowance, journal: Journal, listener: Listener) -> Search:
    """The search, with a proposer that suits the number of recipes which the allowance pays for."""
    data, space = subject.ground.data, subject.space
    bench = Workbench(
        data=data,
        judge=subject.ground.judge,
        executor=executor,
        allowance=allowance,
        journal=journal,
        speeds=SpeedBook(size_of=lambda recipe: network_size(recipe, data)),
        seed=subject.ground.seed,
        widest=subject.widest,
    )
    say = lambda what, progress, error: listener.progress(allowance.share_used, f"{what}: error {error:.4g}", allowance.deadline.seconds_left)  # noqa: E731
    return Search(bench=bench, space=space, proposer=policy(space, _affordable_trials(space, bench)), say=say)


def _affordable_trials(space: Space, bench: Workbench) -> float:
    """How many short trainings the allowance pays for, by a measurement of the network's own recipe."""
    recipe, allowance, rows = next(iter(space.families.values())).recipe, bench.allowance, len(bench.data.train_rows[0])
    speed = measured_speeds([recipe], bench.data, bench.journal, seed=bench.seed, by_work=allowance.work is not None)[0]
    bench.speeds.learn(recipe, seconds=speed.seconds_per_epoch, rows=rows)
    left = bench.journal.recall("left at the start", lambda: allowance.left)
    return allowance.epochs_of_one_member(speed, rows=rows, left=left) / bench.data.folds / LEAST_EPOCHS
