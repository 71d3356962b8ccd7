"""Training one job: what every executor does, wherever it does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from luthier.core.errors import LuthierError
from luthier.fit import FoldTensors, Judge, Pace, Population, ResumePoint, TrainedMember, train
from luthier.tune.executor import Job, JobResult, Tell


def train_job(job: Job, data: FoldTensors, judge: Judge, *, stopped: Callable[[], bool], tell: Tell, now: Callable[[], float] = time.monotonic) -> JobResult:
    """Train a job's members from their start.

    What the machine refuses, such as memory, is a result with the words of the error; what the user must change is raised.

    Args:
        stopped: True once the job should end with what it has.
        now: the clock on which the job's seconds run.
    """
    started = now()
    try:
        population = Population(job.members, data, seed=job.seed)
        until = None if job.seconds is None else started + job.seconds
        pace = Pace(steps=job.steps, most_steps=job.most_steps, fewest_evaluations=job.fewest_evaluations, until=until, now=now, stopped=stopped)
        point = ResumePoint(file=job.point, now=now) if job.point is not None else None
        trained = train(population, pace, judge, tell=tell, point=point)
    except LuthierError:
        raise
    except (RuntimeError, MemoryError) as error:
        return JobResult(trained=(), seconds=now() - started, failure=_words(error))
    before = point.seconds_before if point is not None else 0.0
    return JobResult(trained=tuple(_at_rest(entry) for entry in trained), rows_seen=population.rows_seen, seconds=before + now() - started)


def _words(error: Exception) -> str:
    """NumPy's error says how much it wanted, and not what it lacked."""
    return f"not enough memory: {error}" if isinstance(error, MemoryError) else str(error) or type(error).__name__


def _at_rest(entry: TrainedMember) -> TrainedMember:
    """The member with tensors of its own on the CPU: a row of a stack would keep the whole stack alive."""
    return replace(entry, weights=_own(entry.weights), buffers={name: _own(buffer) for name, buffer in entry.buffers.items()})


def _own(tensor: Tensor) -> Tensor:
    return tensor.detach().cpu().clone()
