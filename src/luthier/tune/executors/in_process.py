"""InProcess: jobs trained in threads of this process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Self

import torch

from luthier.core.errors import SettingInvalid
from luthier.core.task import PixelShape
from luthier.fit import FoldTensors, Judge, one_thread
from luthier.tune.executor import STOPPED, Job, JobResult, Tell
from luthier.tune.executors.training import train_job

CLOSED = "An executor trains until it is closed, and this one is. Make a new one."
"What a closed executor says to who asks it to train."


class InProcess:
    """Trains so many jobs at a time, each in a thread that computes alone; a thread that is done takes the next job at once.

    The place for a GPU (one lane), for a machine with one core, for a training of a few seconds and for a debugger.
    Threads of small networks wait for each other in the interpreter: `Workers` do not.

    Example:
        >>> executor = InProcess.starting(lanes=2)
        >>> executor.lanes
        2
        >>> executor.close()
    """

    def __init__(self, data: FoldTensors | None = None, judge: Judge | None = None, *, lanes: int) -> None:
        self._lanes, self._stopped, self._closed = lanes, False, False
        self._data, self._judge = data, judge

    @classmethod
    def starting(cls, lanes: int) -> Self:
        """An executor that will get its rows by `give`."""
        return cls(lanes=lanes)

    def give(self, data: FoldTensors, judge: Judge) -> Self:
        """The rows that jobs train on from now on, and who judges them."""
        self._data, self._judge = data, judge
        return self

    @property
    def lanes(self) -> int:
        """Jobs that train at the same time."""
        return self._lanes

    def run(self, jobs: Sequence[Job], *, tell: Tell) -> list[JobResult]:
        """Train the jobs, as many at a time as there are lanes.

        Raises:
            LuthierError: what the user must change; the other jobs are given up.
            SettingInvalid: the executor is closed.
        """
        if self._closed:
            raise SettingInvalid(CLOSED)
        if not jobs:
            return []
        news: SimpleQueue[tuple[float, float]] = SimpleQueue()
        given_up = False

        def train_one(job: Job) -> JobResult:
            assert self._data is not None
            assert self._judge is not None
            if self._stopped:
                return JobResult(trained=(), failure=STOPPED)
            return train_job(job, self._data, self._judge, stopped=lambda: self._stopped or given_up, tell=lambda *what: news.put(what))

        with one_thread(), ThreadPoolExecutor(min(self._lanes, len(jobs)), initializer=torch.set_num_threads, initargs=(self._threads(len(jobs)),)) as pool:
            runs = [pool.submit(train_one, job) for job in jobs]
            try:
                return _results(runs, news, tell)
            finally:
                given_up = True
                pool.shutdown(wait=False, cancel_futures=True)

    def _threads(self, jobs: int) -> int:
        """One inside each operation; where there are fewer jobs than lanes, convolutions take the cores that are free."""
        sees_images = self._data is not None and isinstance(self._data.shape, PixelShape)
        return max(self._lanes // jobs, 1) if sees_images else 1

    def stop(self) -> None:
        """Ask running jobs to end at their next evaluation; jobs that have not begun never will."""
        self._stopped = True

    def close(self) -> None:
        """Train no more, and let go of the rows."""
        self._closed, self._data, self._judge = True, None, None


def _results(runs: Sequence[Future[JobResult]], news: SimpleQueue[tuple[float, float]], tell: Tell) -> list[JobResult]:
    """Pass on the news until all runs have ended, or one has raised an error."""
    while not all(run.done() for run in runs) and not any(run.done() and run.exception() for run in runs):
        try:
            tell(*news.get(timeout=0.1))
        except Empty:
            continue
    failed = next((error for run in runs if run.done() and (error := run.exception())), None)
    if failed is not None:
        raise failed
    while not news.empty():
        tell(*news.get())
    return [run.result() for run in runs]
