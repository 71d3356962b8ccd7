"""A small space, and trials in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from luthier.core.recipe import Choice, Recipe
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.proposers import Proposal, Proposer
from luthier.tune.space import Family, Space
from luthier.tune.trials import Point, Score, Trial


def make_recipe(name: str = "mlp", **changes: object) -> Recipe:
    parts = {
        "name": name,
        "net": Choice(name=name),
        "optimizer": Choice(name="adamw", settings={"beta2": 0.95}),
        "schedule": Choice(name="linear", settings={"warmup": 0.05}),
        "learning_rate": 1e-3,
        "weight_decay": 0.1,
    }
    return Recipe(**{**parts, **changes})


def make_domains() -> dict[str, Domain]:
    return {
        "learning_rate": Real(1e-4, 1e-1, log=True),
        "decay_rate": Real(1e-6, 1e-3, log=True, or_zero=0.2),
        "net.dropout": Real(0.0, 0.5),
        "net.width": Whole(64, 256, step=64),
        "optimizer": OneOf(("adamw", "muon")),
        "optimizer.momentum": Real(0.8, 0.99, when={"optimizer": ("muon",)}),
    }


def make_family(name: str = "mlp", **domains: Domain) -> Family:
    return Family(recipe=make_recipe(name), domains=domains or make_domains())


def make_space() -> Space:
    residual = {path: domain for path, domain in make_domains().items() if path in ("learning_rate", "net.dropout")}
    return Space(families={"mlp": make_family(), "residual-mlp": Family(recipe=make_recipe("residual-mlp"), domains=residual, share=0.5)})


def smooth_space() -> Space:
    """Three settings that `smooth_error` is a function of."""
    domains = {path: domain for path, domain in make_domains().items() if path in ("learning_rate", "net.dropout")}
    return Space(families={"mlp": make_family(**domains, label_smoothing=Real(0.0, 0.5))})


def smooth_error(point: Point) -> float:
    """A bowl whose ground is off the recipe's values in each of the three settings."""
    rate = math.log10(float(point["learning_rate"]) / 1e-2) / 3
    return rate**2 + (float(point["net.dropout"]) / 0.5 - 0.5) ** 2 + 0.5 * (float(point["label_smoothing"]) / 0.5 - 0.3) ** 2


def make_trial(space: Space, proposal: Proposal, number: int, *errors: float) -> Trial:
    """A trial with one score a rung."""
    trial = Trial(number=number, point=proposal.point, recipe=space.recipe(proposal.point), origin=proposal.origin)
    for rung, error in enumerate(errors):
        trial = trial.with_score(Score(rung=rung, folds=(0,), errors=(error,), epochs=3.0**rung, rows=100))
    return trial


def make_history(space: Space, proposals: Sequence[Proposal], error: Callable[[Point], float]) -> list[Trial]:
    return [make_trial(space, proposal, number, error(proposal.point)) for number, proposal in enumerate(proposals)]


def searched(proposer: Proposer, space: Space, error: Callable[[Point], float], *, trials: int, batch: int, seed: int) -> list[Trial]:
    """The trials of a search in batches."""
    history: list[Trial] = []
    while len(history) < trials:
        for proposal in proposer.ask(batch, history, seed=seed):
            history.append(make_trial(space, proposal, len(history), error(proposal.point)))
    return history
