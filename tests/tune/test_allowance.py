from __future__ import annotations

import pytest

from luthier.core.clock import Deadline
from luthier.fit import Speed
from luthier.tune import Allowance

SPEED = Speed(width=3, seconds_per_step=0.1, seconds_per_evaluation=0.5, steps_per_epoch=5, bytes_per_member=0)


def in_time(seconds: float = 100.0, reserve: float = 20.0, lanes: int = 1) -> Allowance:
    return Allowance(deadline=Deadline(budget_seconds=seconds, now=lambda: 0.0), reserve_seconds=reserve, lanes=lanes)


def in_work(rows: int) -> Allowance:
    return Allowance(deadline=Deadline(budget_seconds=float("inf"), now=lambda: 0.0), reserve_seconds=0.0, work=rows)


def test_the_reserve_is_not_for_training() -> None:
    assert in_time(100.0, 20.0).left == 80.0


def test_work_is_counted_in_rows_and_time_in_seconds_with_every_lane_busy() -> None:
    assert in_work(800).cost(rows=100, seconds=5.0) == 100
    assert in_time(lanes=2).cost(rows=100, seconds=5.0) == 2.5


def test_rows_that_were_used_are_no_longer_left() -> None:
    allowance = in_work(800)
    allowance.rows_used += 300

    assert (allowance.left, allowance.share_used) == (500, 0.375)


def test_epochs_of_one_member_follow_from_the_speed_or_from_the_work() -> None:
    assert in_time(lanes=2).epochs_of_one_member(SPEED, rows=80, left=80.0) == pytest.approx(2 * 80 / (1.0 / 3))
    assert in_work(800).epochs_of_one_member(SPEED, rows=80, left=800) == 10


def test_nothing_is_left_once_somebody_asked_to_finish() -> None:
    allowance = in_time()
    allowance.deadline.stop()

    assert (allowance.stopped, allowance.left) == (True, 0.0)


def test_a_slow_machine_keeps_more_back() -> None:
    allowance = in_time(100.0, 20.0)
    allowance.slowed = lambda: 2.0

    assert allowance.left == 60.0


@pytest.mark.parametrize(("reserve", "left"), [(20.0, 50.0), (60.0, 40.0)], ids=["half-the-budget", "never-less-than-the-reserve"])
def test_slowness_never_takes_more_than_half_the_budget(reserve: float, left: float) -> None:
    allowance = in_time(100.0, reserve)
    allowance.slowed = lambda: 3.0

    assert allowance.left == left


def test_slowness_does_not_change_what_work_allows() -> None:
    allowance = in_work(800)
    allowance.slowed = lambda: 3.0

    assert allowance.left == 800
