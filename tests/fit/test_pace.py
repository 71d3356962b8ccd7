from __future__ import annotations

from luthier.fit import Pace


class Clock:
    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        return self.moment


def test_without_a_clock_the_plan_never_changes() -> None:
    pace = Pace(steps=100, most_steps=100)
    pace.correct(40)

    assert pace.replanned == []
    assert pace.progress(50) == 0.5
    assert pace.finished(100)
    assert not pace.finished(99)


def test_a_slower_machine_than_planned_gets_fewer_steps_and_a_schedule_that_still_ends() -> None:
    clock = Clock()
    pace = Pace(steps=100, most_steps=1000, until=10.0, now=clock)

    clock.moment = 5.0
    pace.correct(20)  # 4 steps a second: 20 more fit into the 5 s that are left

    assert pace.steps == 40
    assert pace.progress(20) == 0.2
    assert pace.progress(40) == 1.0


def test_a_faster_machine_gets_more_steps_up_to_the_recipes_epochs() -> None:
    clock = Clock()
    pace = Pace(steps=100, most_steps=150, until=10.0, now=clock)

    clock.moment = 1.0
    pace.correct(50)

    assert pace.steps == 150


def test_when_the_time_is_over_the_training_is_finished_whatever_the_plan() -> None:
    clock = Clock()
    pace = Pace(steps=100, most_steps=100, until=10.0, now=clock)

    clock.moment = 10.0

    assert pace.finished(3)
