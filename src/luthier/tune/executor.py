"""Executor: who trains the stacks of a rung. Here, in worker processes, or on a cluster: the tuner sees no difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from luthier.core.recipe import Member
from luthier.fit import FEWEST_EVALUATIONS, FoldTensors, Judge, TrainedMember

Tell: TypeAlias = Callable[[float, float], None]
"""Hears (progress from 0 to 1, mean of the best errors so far) of a job while it trains."""

STOPPED = "stopped before its training began"
"The failure of a job that had not begun when somebody asked to stop."


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One stack of members, and how long it may train: all that crosses to a worker, once a rung."""

    members: tuple[Member, ...]
    "Of one shape: `fit.stack_key` of their recipes is the same."
    seed: int
    "Of the noise that they share."
    steps: int
    "Planned steps; the schedule ends there."
    most_steps: int
    "Steps that a machine faster than planned may take."
    fewest_evaluations: int = FEWEST_EVALUATIONS
    "Evaluations at least; a training that is only compared at its end needs few."
    point: Path | None = None
    "File where the state is kept on the way; a job that finds one there goes on from it."
    seconds: float | None = None
    "At most so long, from the moment when its training begins; None where work alone is the bound."


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """What came of a job."""

    trained: tuple[TrainedMember, ...]
    "In the order of the job's members, their tensors on the CPU; empty where it failed."
    rows_seen: int = 0
    "Training rows looked at, all members together."
    seconds: float = 0.0
    "From the beginning of its training to its end."
    failure: str = ""
    "Why it could not be trained, in the words of the error; empty where it was."

    @property
    def out_of_memory(self) -> bool:
        """True where fewer members at a time may succeed."""
        return "memory" in self.failure.lower()


class Executor(Protocol):
    """Trains jobs.

    Laws, kept by every executor (the contract suite holds them):
    - The same jobs give the same weights, errors and predictions, whoever trains them: to the last bit where the device and
      the number of threads inside an operation are the same.
    - Results come back in the order of the jobs, all of them, also where one failed: a failure is a result, not an exception.
      Only what the user must change, a LuthierError, is raised; the other jobs are then given up.
    - A job's clock begins with its own training, not with `run`.
    - `run` is called from one thread; `tell` is called from that thread.
    - After `stop`, jobs end at their next evaluation with what they have; those that have not begun fail with the words `STOPPED`.
    - `close` may be called twice; a closed executor trains no more.
    """

    @property
    def lanes(self) -> int:
        """Jobs that train at the same time."""

    def give(self, data: FoldTensors, judge: Judge) -> Executor:
        """The rows that jobs train on from now on, and who judges them; called before the first `run`."""

    def run(self, jobs: Sequence[Job], *, tell: Tell) -> list[JobResult]:
        """Train the jobs, as many at a time as there are lanes."""

    def stop(self) -> None:
        """Ask running jobs to end soon."""

    def close(self) -> None:
        """Give back what is held."""
