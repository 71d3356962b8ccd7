"""Laws that every proposer keeps, alone and inside others, found by introspection: a new one is tested from its first day."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.tune.domains import OneOf
from luthier.tune.proposers import PROPOSERS, Defaults, Gp, InOrder, Narrow, Past, PriorWeighted, Proposer, Random, Steps, Tpe, policy
from luthier.tune.space import Space
from luthier.tune.trials import Point, Trial
from tests.tune.spaces import make_family, make_history, make_space, make_trial

SPACE = make_space()
OTHERS: dict[str, Callable[[Space], Proposer]] = {
    "tpe from the first": lambda space: Tpe(space, startup=2),
    "gp from the first": lambda space: Gp(space, startup=4),
    "past": lambda space: Past(space, (space.default_point(next(iter(space.families))), {"family": "residual-mlp", "learning_rate": 9.0})),
    "defaults": Defaults,
    "steps": Steps,
    "narrow": lambda space: Narrow(space, Tpe(space, startup=2), ("learning_rate", "optimizer")),
    "in order": lambda space: InOrder(space, (Defaults(space), Steps(space), PriorWeighted(space))),
    **{f"policy for {trials}": lambda space, trials=trials: policy(space, trials, past=[space.default_point("mlp")]) for trials in (2, 10, 20, 60, 200)},
}
FINITE = {"grid", "past", "defaults", "steps", "narrow"}
every_proposer = pytest.mark.parametrize("name", [*PROPOSERS, *OTHERS])


def made(name: str, space: Space = SPACE) -> Proposer:
    return {**PROPOSERS, **OTHERS}[name](space)


def error_of(point: Point) -> float:
    """A made-up score: every seventh trial or so fails."""
    rate = float(point["learning_rate"])
    return math.inf if int(rate * 1e7) % 7 == 0 else (math.log10(rate) + 2) ** 2


def some_history(trials: int = 14) -> list[Trial]:
    """Good, failed, running and foreign trials on three rungs."""
    proposals = Random(SPACE).ask(trials, [], seed=5)
    history = [
        make_trial(SPACE, proposal, number, *[error_of(proposal.point) + 1 / (rung + 1) for rung in range(1 + (number % 6 == 0) + (number % 3 == 0))])
        for number, proposal in enumerate(proposals)
    ]
    foreign = replace(history[0], number=trials, point={"family": "gone", "learning_rate": 3.0})
    running = replace(history[1], number=trials + 1, point=Random(SPACE).ask(1, history, seed=9)[0].point, scores=())
    return [*history, foreign, running]


HISTORY = some_history()
MUON: Point = {"family": "mlp", "net.width": 128, "optimizer": "muon"}


@every_proposer
def test_it_is_a_proposer(name: str) -> None:
    assert isinstance(made(name), Proposer)


@every_proposer
@pytest.mark.parametrize("history", [[], HISTORY], ids=["at first", "later"])
def test_the_same_question_has_the_same_answer(name: str, history: list[Trial]) -> None:
    assert made(name).ask(4, history, seed=3) == made(name).ask(4, history, seed=3)


@every_proposer
@pytest.mark.parametrize("history", [[], HISTORY], ids=["at first", "later"])
@pytest.mark.parametrize("fixed", [{}, {"family": "residual-mlp"}, MUON], ids=["nothing fixed", "family", "shape"])
def test_every_proposal_lies_in_the_space_is_new_and_has_what_is_fixed(name: str, history: list[Trial], fixed: Point) -> None:
    proposals = made(name).ask(4, history, seed=1, fixed=fixed)

    assert all(SPACE.contains(proposal.point) for proposal in proposals)
    assert all(proposal.point[path] == value for proposal in proposals for path, value in fixed.items())
    points = [tuple(sorted(proposal.point.items())) for proposal in proposals]
    assert len({*points, *(tuple(sorted(trial.point.items())) for trial in history)}) == len(points) + len(history)


@every_proposer
def test_there_are_as_many_proposals_as_asked_for(name: str) -> None:
    counts = [len(made(name).ask(count, HISTORY, seed=2)) for count in (0, 1, 4)]

    assert counts == [0, 1, 4] or (name in FINITE and counts[2] <= 4 and counts[0] == 0)


@every_proposer
def test_every_proposal_can_be_made_a_recipe_and_says_who_thought_of_it(name: str) -> None:
    for proposal in made(name).ask(4, HISTORY, seed=4):
        recipe = SPACE.recipe(proposal.point)

        assert recipe.name == proposal.point["family"]
        assert proposal.origin


@every_proposer
def test_the_history_is_not_changed(name: str) -> None:
    history = deepcopy(HISTORY)

    made(name).ask(3, history, seed=0)

    assert history == HISTORY


@every_proposer
def test_a_history_of_failures_alone_is_borne(name: str) -> None:
    failed = make_history(SPACE, Random(SPACE).ask(12, [], seed=0), lambda point: math.nan)

    proposals = made(name).ask(3, failed, seed=0)

    assert all(SPACE.contains(proposal.point) for proposal in proposals)


@every_proposer
def test_a_space_of_few_places_is_used_up_and_no_more(name: str) -> None:
    space = Space(families={"mlp": make_family(**{"net.activation": OneOf(("relu", "mish", "silu"))})})
    first, *_ = Random(space).ask(1, [], seed=0)

    proposals = made(name, space).ask(9, [make_trial(space, first, 0, 1.0)], seed=0)

    assert len(proposals) == 2 or name in FINITE
    assert first.point not in [proposal.point for proposal in proposals]


@every_proposer
def test_what_is_fixed_must_fit(name: str) -> None:
    with pytest.raises(SettingInvalid, match="^A fixed value must lie in its domain, but net.width = 65 came[.]$"):
        made(name).ask(1, [], seed=0, fixed={"family": "mlp", "net.width": 65})


def test_only_those_who_ask_optuna_import_it() -> None:
    code = "import sys; from luthier.tune.proposers import PROPOSERS; sys.stderr.write('optuna' * ('optuna' in sys.modules))"

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert process.stderr == ""


def test_the_space_of_the_suite_has_conditions_zeros_and_two_families() -> None:
    assert SPACE.families["mlp"].recipe.optimizer == Choice(name="adamw", settings={"beta2": 0.95})
    assert any(domain.when for domain in SPACE.families["mlp"].domains.values())
    assert len(SPACE.families) == 2
