"""A training that is killed goes on with the very next step."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from luthier.core.recipe import Choice, Recipe
from luthier.fit import Pace, Population, ResumePoint, TrainedMember, read_trained, train, write_trained
from tests.fit.conftest import make_data, make_members, make_recipe
from tests.fit.test_train import log_loss

STEPS = 60

RECIPES = {
    "adamw with an average": make_recipe(ema_decay=0.9, patience=2),
    "muon": make_recipe(optimizer="muon"),
    "schedule-free": make_recipe(optimizer="schedule-free-adamw"),
    "reduce on plateau": make_recipe(schedule=Choice(name="reduce-on-plateau", settings={"patience": 1})),
    "dropout that is scheduled": make_recipe(net="realmlp", regularization_schedule="flat-cos"),
    "divergence": make_recipe(optimizer="sgd", learning_rate=50.0),
}


class Killed(Exception):
    """Stands for kill -9: nothing after it is done."""


def run(recipe: Recipe, point: ResumePoint | None = None, *, killed_after: int | None = None) -> list[TrainedMember]:
    evaluations = iter(range(1, 10_000))

    def tell(progress: float, error: float) -> None:
        if next(evaluations) == killed_after:
            raise Killed

    population = Population(make_members(recipe), make_data())
    return train(population, Pace(steps=STEPS, most_steps=STEPS), log_loss, tell=tell, point=point)


def points(folder: Path) -> ResumePoint:
    return ResumePoint(file=folder / "state", every_seconds=0.0)


@pytest.mark.parametrize("name", RECIPES)
def test_a_training_that_is_killed_three_times_ends_in_the_same_networks_to_the_last_bit(name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    unbroken = run(recipe)

    for killed_after in (1, 1) if name == "divergence" else (1, 4, 4):
        with pytest.raises(Killed):
            run(recipe, points(tmp_path), killed_after=killed_after)
    taken_up = run(recipe, points(tmp_path))

    for whole, broken in zip(unbroken, taken_up, strict=True):
        assert torch.equal(whole.weights, broken.weights)
        assert np.array_equal(whole.predictions, broken.predictions)
        assert (whole.error, whole.curve, whole.outcome, whole.rollbacks) == (broken.error, broken.curve, broken.outcome, broken.rollbacks)


def test_the_state_is_written_no_more_often_than_asked(tmp_path: Path) -> None:
    run(make_recipe(), ResumePoint(file=tmp_path / "state", every_seconds=1e6))

    assert not (tmp_path / "state").exists()


def test_time_that_was_left_is_left_again(tmp_path: Path) -> None:
    moment = 100.0
    pace = Pace(steps=50, most_steps=80, until=130.0, now=lambda: moment)
    facts = pace.facts()
    moment = 500.0

    later = Pace(steps=1, most_steps=80, until=501.0, now=lambda: moment)
    later.put_back(facts)

    assert (later.until, later.steps) == (530.0, 50)


def test_kept_members_come_back_as_they_were(tmp_path: Path) -> None:
    trained = run(RECIPES["adamw with an average"])

    write_trained(tmp_path / "members", trained)
    back = read_trained(tmp_path / "members", [entry.member for entry in trained])

    for before, after in zip(trained, back, strict=True):
        assert torch.equal(before.weights, after.weights)
        assert before.buffers.keys() == after.buffers.keys()
        assert np.array_equal(before.predictions, after.predictions)
        assert (before.member, before.curve, before.error, before.best_epoch) == (after.member, after.curve, after.error, after.best_epoch)
