"""Watching once or for good, with somebody told."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from luthier.core.errors import DeploymentMissing, LedgerUnwritable, LuthierError
from luthier.ledger import Deployment, Ledger
from luthier.workflows.monitoring import keep_watching, watch_once
from luthier.workflows.notices import Receivers
from tests.ledger.made_up import Clock
from tests.workflows.in_service import NAME, answer, rows_like


class Turns:
    """Turns that take a while and may fail, and a wait that ends after so many."""

    def __init__(self, *outcomes: float | LuthierError) -> None:
        self.outcomes, self.seconds = list(outcomes), 0.0
        self.told: list[Any] = []
        self.complaints: list[str] = []
        self.waited: list[float] = []

    def turn(self) -> Any:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, LuthierError):
            raise outcome
        self.seconds += outcome
        return outcome

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.seconds += seconds
        return not self.outcomes

    def run(self, every: str) -> None:
        keep_watching(self.turn, every=every, tell=self.told.append, complain=self.complaints.append, wait=self.wait, now=lambda: self.seconds)


def test_turns_begin_at_even_distances_however_long_they_take() -> None:
    turns = Turns(1.0, 4.0, 70.0, 2.0)

    turns.run("1m")

    assert turns.told == [1.0, 4.0, 70.0, 2.0]
    assert turns.waited == [59.0, 56.0, 0.0, 58.0]


def test_a_later_turn_that_fails_is_told_and_the_next_goes_on() -> None:
    turns = Turns(1.0, LedgerUnwritable("The disk is full."), 2.0)

    turns.run("1m")

    assert (turns.told, turns.complaints) == ([1.0, 2.0], ["The disk is full."])


def test_a_first_turn_that_fails_ends_it() -> None:
    with pytest.raises(DeploymentMissing):
        Turns(DeploymentMissing("There is none."), 1.0).run("1m")


@pytest.fixture
def receiver(tmp_path: Path) -> Callable[[str], Receivers]:
    """A command that keeps what it is told in a file."""
    copy = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"
    return lambda name: Receivers(command=f"{sys.executable} -c '{copy}' '{tmp_path / name}'")


def test_somebody_is_told_of_new_alarms_and_of_nothing_else(
    ledger: Ledger, clinic: Deployment, clock: Clock, tmp_path: Path, receiver: Callable[[str], Receivers]
) -> None:
    quiet = watch_once(ledger, NAME, receivers=receiver("quiet"))
    answer(ledger, clinic, rows_like(100, seed=1).with_columns(pl.col("size") + 5))
    clock.forward(86_400)

    loud = watch_once(ledger, NAME, receivers=receiver("loud"))

    assert (quiet.problems, loud.problems, (tmp_path / "quiet").exists()) == ((), (), False)
    assert [alarm["id"] for alarm in json.loads((tmp_path / "loud").read_bytes())["alarms"]] == [alarm.id for alarm in loud.watch.raised]


def test_a_notice_that_nobody_took_is_a_problem_of_the_turn(ledger: Ledger, clinic: Deployment, clock: Clock) -> None:
    answer(ledger, clinic, rows_like(100, seed=1).with_columns(pl.col("size") + 5))
    clock.forward(86_400)

    turn = watch_once(ledger, NAME, receivers=Receivers(command=f"{sys.executable} -c 'raise SystemExit(1)'"))

    assert turn.problems == (f"The command \"{sys.executable} -c 'raise SystemExit(1)'\" ended with 1.",)
