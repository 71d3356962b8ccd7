"""A workbench whose executor trains nothing, for tests of what steers it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from luthier.core.clock import Deadline
from luthier.core.journal import Journal
from luthier.fit import FoldTensors
from luthier.testing import FakeExecutor
from luthier.testing.executors import ErrorOf
from luthier.tune import Allowance, SpeedBook, Workbench
from tests.fit.conftest import make_data, make_recipe

ANY = make_recipe()
ROWS_A_FOLD = 80
"Training rows of each of the three folds of `make_data()`."


class Clock:
    """A clock that only the fake executor moves."""

    moment = 0.0

    def __call__(self) -> float:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += seconds


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    return float(-np.log(probabilities[np.arange(len(truth)), truth].clip(1e-9)).mean())


def by_work(error: ErrorOf, rows: int, *, journal: Journal | None = None, lanes: int = 1, most_members: int | None = None) -> Workbench:
    data = make_data()
    executor = FakeExecutor(error, data, lanes=lanes, most_members=most_members)
    allowance = Allowance(deadline=Deadline(budget_seconds=float("inf"), now=lambda: 0.0), reserve_seconds=0.0, work=rows, lanes=lanes)
    return bench(data, executor, allowance, journal)


def by_clock(error: ErrorOf, seconds: float, *, seconds_per_row: float, guessed_per_row: float | None = None) -> Workbench:
    data, clock = make_data(), Clock()
    executor = FakeExecutor(error, data, seconds_per_row=seconds_per_row, pass_time=clock.advance)
    allowance = Allowance(deadline=Deadline(budget_seconds=seconds, now=clock, started=0.0), reserve_seconds=0.0)
    made = bench(data, executor, allowance, None)
    made.speeds.learn(ANY, seconds=guessed_per_row or seconds_per_row, rows=1)
    return made


def bench(data: FoldTensors, executor: FakeExecutor, allowance: Allowance, journal: Journal | None) -> Workbench:
    return Workbench(
        data=data, judge=log_loss, executor=executor, allowance=allowance, journal=journal or Journal(), speeds=SpeedBook(size_of=lambda recipe: 100), seed=0
    )


def journal_in(folder: Path, *, resume: bool = False) -> Journal:
    return Journal.resume(folder, {}) if resume else Journal.begin(folder, {})
