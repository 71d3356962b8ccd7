"""Workers: jobs trained in long-lived worker processes, a core each."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pickle import PicklingError
from typing import Self
from weakref import finalize

from luthier.core.errors import SettingInvalid
from luthier.fit import FoldTensors, Judge
from luthier.tune.executor import STOPPED, Job, JobResult, Tell
from luthier.tune.executors.in_process import CLOSED
from luthier.tune.executors.nursery import Nursery, Worker
from luthier.tune.executors.shelf import Shelf
from luthier.tune.executors.wire import News, Stop, Trouble, packed, unpacked

POLL_SECONDS = 0.1
"The longest that a wish to stop waits before it is passed on."


class Workers:
    """Trains one job in each worker process; a process that is done takes the next job at once.

    A job and its result are one message each, the rows are in memory that all processes share. A worker that dies is noticed at
    once: its job becomes a failure, and another worker takes its place. When this process ends, in whatever way, the workers do.

    An executor on a cluster would be made in the same way: with Ray, an actor a core that is given the rows once by `ray.put`, calls
    `train_job` for each job that it is sent, and is asked by `ray.wait` who is done; `RayActorError` is what the end of a worker is here.
    """

    def __init__(self, data: FoldTensors | None = None, judge: Judge | None = None, *, processes: int, threads: int = 1) -> None:
        if processes < 1 or threads < 1:
            raise SettingInvalid(f"Workers need at least one process of one thread, but {processes} processes of {threads} threads came.")
        self._processes, self._stopped, self._passed_on = processes, False, False
        self._nursery = Nursery(threads=threads)
        self._jobs: dict[Connection, int] = {}
        self._end = finalize(self, self._nursery.close)
        if data is not None and judge is not None:
            self.give(data, judge)

    @classmethod
    def starting(cls, processes: int, *, threads: int = 1) -> Self:
        """Workers whose processes start in the background while something else reads the rows; they get them by `give`."""
        return cls(processes=processes, threads=threads)

    def give(self, data: FoldTensors, judge: Judge) -> Self:
        """The rows that jobs train on from now on, and who judges them; both may be given again.

        Raises:
            SettingInvalid: the judge is no function that another process can import.
        """
        self._refuse_closed()
        assert data.device.type == "cpu", "worker processes share memory, not a GPU"
        try:
            packed(judge)
        except (PicklingError, AttributeError, TypeError) as error:
            raise SettingInvalid(
                f"The metric must be a function that a worker process can import, but {getattr(judge, '__qualname__', repr(judge))} is not. "
                "Define it at the top of a module, or train in this process."
            ) from error
        self._nursery.furnish(Shelf.of((data, judge)))
        for _ in range(self._processes):
            self._nursery.grow()
        return self

    @property
    def lanes(self) -> int:
        """Jobs that train at the same time."""
        return self._processes

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the process that starts the workers, and of the workers."""
        return self._nursery.process_ids

    def run(self, jobs: Sequence[Job], *, tell: Tell) -> list[JobResult]:
        """Train the jobs, one in each process at a time.

        Raises:
            LuthierError: what the user must change; the other jobs are given up.
            SettingInvalid: the executor is closed.
        """
        self._refuse_closed()
        queue, results = deque(enumerate(jobs)), dict[int, JobResult]()
        try:
            while len(results) < len(jobs):
                self._hand_out(queue, results)
                for connection in wait(list(self._jobs), POLL_SECONDS):
                    assert isinstance(connection, Connection)
                    self._hear(connection, results, tell)
        finally:
            for connection in tuple(self._jobs):  # an error came: nobody will hear these
                self._replace(connection)
        return [results[number] for number in range(len(jobs))]

    def stop(self) -> None:
        """Ask running jobs to end at their next evaluation; jobs that have not begun never will. Safe within a signal handler."""
        self._stopped = True

    def close(self) -> None:
        """End the processes and give back the shared memory."""
        self._end()

    def _hand_out(self, queue: deque[tuple[int, Job]], results: dict[int, JobResult]) -> None:
        """A job to every idle worker; once somebody asked to stop, word of that to the others."""
        if self._stopped:
            results |= {number: JobResult(trained=(), failure=STOPPED) for number, _ in queue}
            queue.clear()
            for connection in () if self._passed_on else self._jobs:
                _send(connection, Stop())
            self._passed_on = True
        for worker in tuple(self._nursery.workers):
            if queue and worker.connection not in self._jobs:
                number, job = queue.popleft()
                connection = self._alive(worker).connection
                self._jobs[connection] = number
                _send(connection, job)

    def _alive(self, worker: Worker) -> Worker:
        """The worker, or another in its place where it ended while it was idle: it has nothing to say but its end."""
        return self._replace(worker.connection)[0] if worker.connection.poll() else worker

    def _hear(self, connection: Connection, results: dict[int, JobResult], tell: Tell) -> None:
        try:
            message = unpacked(connection.recv_bytes())
        except (EOFError, OSError):
            number = self._jobs[connection]
            results[number] = JobResult(trained=(), failure=_words(self._replace(connection)[1]))
            return
        if isinstance(message, News):
            tell(message.progress, message.error)
            return
        number = self._jobs.pop(connection)
        if isinstance(message, Trouble):
            raise message.error
        results[number] = message

    def _replace(self, connection: Connection) -> tuple[Worker, str]:
        """Another worker in the place of one, and how that one ended."""
        self._jobs.pop(connection, None)
        worker = next(worker for worker in self._nursery.workers if worker.connection is connection)
        end = self._nursery.reap(worker)
        return self._nursery.grow(), end

    def _refuse_closed(self) -> None:
        if not self._end.alive:
            raise SettingInvalid(CLOSED)


def _send(connection: Connection, message: object) -> None:
    with suppress(OSError):  # the end of the worker is heard when its answer is waited for
        connection.send_bytes(packed(message))


def _words(end: str) -> str:
    return f"a worker process ended ({end})" + (": probably out of memory" if end == "signal 9" else "")
