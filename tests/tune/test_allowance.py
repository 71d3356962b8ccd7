from __future__ import annotations

import pytest

from luthier.core.clock import Deadline
from luthier.fit import Population, Speed
from luthier.tune import Allowance
from tests.fit.conftest import make_data, make_members, make_recipe


class Clock:
    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        return self.moment


SPEED = Speed(width=3, seconds_per_step=0.1, seconds_per_evaluation=0.5, steps_per_epoch=5, bytes_per_member=0)


def in_time(seconds: float = 100.0, reserve: float = 20.0) -> Allowance:
    return Allowance(deadline=Deadline(budget_seconds=seconds, now=Clock()), reserve_seconds=reserve)


def in_work(rows: int) -> Allowance:
    return Allowance(deadline=Deadline(budget_seconds=float("inf"), now=Clock()), reserve_seconds=0.0, work=rows)


def test_the_reserve_is_not_for_training() -> None:
    assert in_time(100.0, 20.0).seconds == 80.0


def test_epochs_of_one_member_follow_from_the_speed_or_from_the_work() -> None:
    assert in_time().epochs_of_one_member(SPEED, rows=80) == pytest.approx(80 / (1.0 / 3))
    assert in_work(800).epochs_of_one_member(SPEED, rows=80) == 10


def test_a_share_of_the_time_becomes_steps_that_end_with_it() -> None:
    population = Population(make_members(make_recipe(epochs=1000)), make_data())

    pace = in_time().pace(population, SPEED, share=0.5)

    assert pace.until == 40.0
    assert pace.steps == 200  # 40 s at 1 s for 5 steps and their evaluation


def test_a_share_of_the_work_becomes_steps_without_a_clock() -> None:
    population = Population(make_members(make_recipe()), make_data())

    pace = in_work(4_800).pace(population, SPEED, share=0.5)

    assert pace.until is None
    assert pace.steps == 50  # 3 members of 16 rows a step


def test_no_training_is_longer_than_its_recipe_allows() -> None:
    population = Population(make_members(make_recipe(epochs=2)), make_data())

    assert in_time().pace(population, SPEED, share=1.0).steps == 2 * population.steps_per_epoch


def test_what_was_looked_at_is_booked() -> None:
    allowance, population = in_work(1_000), Population(make_members(make_recipe()), make_data())
    population.step_together(0.5)

    allowance.spend(population)

    assert allowance.rows_used == 48
    assert allowance.share_of(seconds=0.0, rows=476) == 0.5
