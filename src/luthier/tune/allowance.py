"""Allowance: what is left to train with, in seconds or in work, behind one door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from luthier.core.clock import Deadline
from luthier.fit import Speed

MOST_RESERVED = 0.5
"Share of the budget that is kept back at most because the machine is slow."


@dataclass(slots=True, kw_only=True)
class Allowance:
    """The time or the work that trainings may still use.

    Costs are counted in one unit: seconds of the clock with every lane busy, or training rows where `work` is the bound. With `work`,
    every answer follows from rows alone: equal seeds and equal work give equal models on any machine.
    """

    deadline: Deadline
    "When everything must be written; also carries the wish to stop."
    reserve_seconds: float
    "Kept back for export, evaluation and report on a machine that does nothing else."
    slowed: Callable[[], float] = lambda: 1.0
    "How many times as long everything takes just now."
    work: int | None = None
    "Training rows that all members together may look at; None where time is the bound."
    lanes: int = 1
    "Populations that train at the same time."
    rows_used: int = 0
    "Rows looked at so far."

    @property
    def seconds(self) -> float:
        """Seconds left for training."""
        reserve = min(self.reserve_seconds * self.slowed(), max(self.reserve_seconds, MOST_RESERVED * self.deadline.budget_seconds))
        return max(self.deadline.seconds_left - reserve, 0.0)

    @property
    def left(self) -> float:
        """What is left, as a cost."""
        return float(max(self.work - self.rows_used, 0)) if self.work is not None else self.seconds

    @property
    def stopped(self) -> bool:
        """True once somebody asked to finish."""
        return self.deadline.stopped

    @property
    def share_used(self) -> float:
        """How much of everything is used, 0 to 1."""
        if self.work is not None:
            return min(self.rows_used / self.work, 1.0)
        return min(self.deadline.seconds_used / self.deadline.budget_seconds, 1.0)

    def cost(self, *, rows: float, seconds: float) -> float:
        """What a training costs.

        Args:
            rows: that its members look at, all together.
            seconds: that it keeps one lane busy.
        """
        return rows if self.work is not None else seconds / self.lanes

    def epochs_of_one_member(self, speed: Speed, *, rows: int, left: float) -> float:
        """Passes over `rows` training rows that one member could make with what is left."""
        if self.work is not None:
            return left / rows
        return left * self.lanes / (speed.seconds_per_epoch / speed.width)
