"""Allowance: what is left to train with, in seconds or in work, behind one door."""

from __future__ import annotations

from dataclasses import dataclass

from luthier.core.clock import Deadline
from luthier.fit import Pace, Population, Speed


@dataclass(slots=True, kw_only=True)
class Allowance:
    """The time or the work that trainings may still use.

    With `work`, every answer follows from rows alone: equal seeds and equal work give equal models on any machine.
    """

    deadline: Deadline
    "When everything must be written; also carries the wish to stop."
    reserve_seconds: float
    "Kept back for export, evaluation and report."
    work: int | None = None
    "Training rows that all members together may look at; None where time is the bound."
    lanes: int = 1
    "Populations that train at the same time."
    rows_used: int = 0
    "Rows looked at so far."

    @property
    def seconds(self) -> float:
        """Seconds left for training."""
        return max(self.deadline.seconds_left - self.reserve_seconds, 0.0)

    @property
    def stopped(self) -> bool:
        """True once somebody asked to finish."""
        return self.deadline.stopped

    def epochs_of_one_member(self, speed: Speed, *, rows: int) -> float:
        """Passes over `rows` training rows that one member could make with all that is left."""
        if self.work is not None:
            return (self.work - self.rows_used) / rows
        return self.seconds * self.lanes / (speed.seconds_per_epoch / speed.width)

    def pace(self, population: Population, speed: Speed, *, share: float) -> Pace:
        """The length of a training that takes a share of what is left: of the time, or of the work."""
        most = population.recipe.epochs * population.steps_per_epoch
        if self.work is not None:
            steps = int((self.work - self.rows_used) * share) // population.rows_per_step
            return Pace(steps=max(min(steps, most), 1), most_steps=most, stopped=lambda: self.stopped)
        seconds = self.seconds * share
        steps = int(seconds / (speed.seconds_per_epoch / speed.steps_per_epoch) * speed.width / len(population.members))
        now = self.deadline.now
        return Pace(steps=max(min(steps, most), 1), most_steps=most, until=now() + seconds, now=now, stopped=lambda: self.stopped)

    def done(self, progress: float, *, share: float) -> float:
        """How much of everything is used, 0 to 1, when a training that takes a share of what is left stands at `progress`."""
        if self.work is None:
            return min(self.deadline.seconds_used / self.deadline.budget_seconds, 1.0)
        used = self.rows_used / self.work
        return min(used + (1 - used) * share * progress, 1.0)

    def share_of(self, *, seconds: float, rows: int) -> float:
        """The share of what is left that a training of that length would take; more than 1 does not fit."""
        if self.work is not None:
            return rows / max(self.work - self.rows_used, 1)
        return seconds / max(self.seconds, 1e-9)

    def spend(self, population: Population) -> None:
        """Book what a population has looked at."""
        self.rows_used += population.rows_seen
