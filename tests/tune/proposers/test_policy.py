from __future__ import annotations

from collections import Counter

import pytest

from luthier.core.task import TaskKind
from luthier.tune.proposers import POLICY, policy
from luthier.tune.proposers.policy import FEW_SETTINGS
from luthier.tune.ready_spaces import ready_space
from luthier.tune.trials import Point, Trial
from tests.tune.spaces import searched

SPACE = ready_space(TaskKind.BINARY, rows=5_000)


def error_of(point: Point) -> float:
    return {"tabm-mini": 0.1, "realmlp": 0.2, "residual-mlp": 0.3, "mlp": 0.4}[str(point["family"])] + float(point["net.dropout"])


def origins(affordable: float, trials: int) -> Counter[str]:
    return Counter(trial.origin for trial in search(affordable, trials))


def search(affordable: float, trials: int) -> list[Trial]:
    return searched(policy(SPACE, affordable), SPACE, error_of, trials=trials, batch=4, seed=0)


def test_the_rows_of_the_policy_go_up_and_cover_every_number() -> None:
    limits = [limit for limit, _, _ in POLICY]

    assert limits == sorted(limits)
    assert limits[-1] == float("inf")


@pytest.mark.parametrize(
    ("affordable", "trials", "expected"),
    [
        (2, 4, {"default": 4}),
        (10, 8, {"default": 4, "incumbent": 4}),
        (20, 16, {"default": 4, "quasi-random": 8, "tpe": 4}),
    ],
)
def test_few_trials_go_to_the_recipes_first_and_then_to_what_matters_most(affordable: float, trials: int, expected: dict[str, int]) -> None:
    assert origins(affordable, trials) == expected


def test_between_16_and_32_trials_few_settings_of_the_best_family_move() -> None:
    trials = search(20, 16)[4:]

    assert {trial.point["family"] for trial in trials} == {"tabm-mini"}
    assert {path for trial in trials for path, value in trial.point.items() if value != SPACE.default_point("tabm-mini")[path]} <= set(FEW_SETTINGS)


@pytest.mark.parametrize("affordable", [64, 200])
def test_many_trials_begin_near_the_recipes_and_end_with_densities(affordable: float) -> None:
    found = search(affordable, 100)

    assert [trial.origin for trial in found[:4]] == ["default"] * 4
    assert {"prior", "incumbent", "random"} <= {trial.origin for trial in found[4:30]}
    assert "tpe" in {trial.origin for trial in found[60:]}
    assert {trial.point["family"] for trial in found[50:]} == set(SPACE.families)


def test_past_places_come_first() -> None:
    point = {**SPACE.default_point("realmlp"), "learning_rate": 0.1}

    proposals = policy(SPACE, 64, past=[point]).ask(2, [], seed=0)

    assert [(proposal.origin, proposal.point["learning_rate"]) for proposal in proposals] == [("past", 0.1), ("default", 8e-3)]
