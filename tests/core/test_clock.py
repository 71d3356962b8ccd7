from __future__ import annotations

import pytest

from luthier.core.clock import Deadline, Stopwatch, parse_duration, parse_work
from luthier.core.errors import SettingInvalid


class Clock:
    def __init__(self) -> None:
        self.moment = 100.0

    def __call__(self) -> float:
        return self.moment


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5 min", 90), ("2ms", 0.002), (7, 7)])
def test_a_duration_is_read_as_people_write_it(text: str | int, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "5 weeks", "-3s", "0s", "1h and a bit"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid, match="^A duration must"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "rows"), [("500000", 500_000), ("500k", 500_000), ("2M", 2_000_000), (12, 12)])
def test_an_amount_of_work_is_a_number_of_rows(text: str | int, rows: int) -> None:
    assert parse_work(text) == rows


@pytest.mark.parametrize("text", ["0", "many", "2x", "-1k"])
def test_work_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        parse_work(text)

    assert str(refusal.value) == f"An amount of work is a number of training rows such as 500k or 2M, but {text!r} came."


def test_a_deadline_counts_down_from_its_start() -> None:
    clock = Clock()
    deadline = Deadline(budget_seconds=60, now=clock, started=90.0)

    clock.moment = 110.0

    assert (deadline.seconds_used, deadline.seconds_left) == (20.0, 40.0)


def test_a_stopped_deadline_has_no_time_left() -> None:
    deadline = Deadline(budget_seconds=60, now=Clock())

    deadline.stop()

    assert deadline.seconds_left == 0.0


def test_a_stopwatch_adds_up_phases_in_their_order() -> None:
    clock = Clock()
    stopwatch = Stopwatch(now=clock)

    for phase, seconds in (("read", 2.0), ("train", 5.0), ("read", 1.0)):
        stopwatch.phase(phase)
        clock.moment += seconds
    stopwatch.phase(None)

    assert list(stopwatch.seconds.items()) == [("read", 3.0), ("train", 5.0)]
