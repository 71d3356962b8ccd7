"""GroupCommit: the reply comes after the answer is on the disk, and all that wait share one commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from luthier.core.errors import LedgerUnwritable, RequestRefused
from luthier.serve.entries import Entry, places_of
from luthier.serve.recorder import FORGIVEN_SECONDS, Settled, Write

_COMMIT_ROWS = 2048
"Rows from which on a commit is not made larger."


@dataclass(slots=True, eq=False)
class _Job:
    """The answers to one question."""

    entries: Sequence[Entry]
    places: int
    written: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class GroupCommit:
    """A `Recorder` whose entries are in the ledger when `record` returns.

    Args:
        write: to the ledger, in one transaction.
        settled: told about entries that are done with.
        most_rows: rows that may wait; more are refused. A large image counts as several: see `places_of`.
    """

    def __init__(self, write: Write, settled: Settled, *, most_rows: int) -> None:
        self._write, self._settled, self._most_rows = write, settled, most_rows
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="luthier-recorder", daemon=True)
        self._failure: tuple[float, str] | None = None
        self.waiting_rows = self.dropped_rows = 0

    @property
    def trouble(self) -> str | None:
        """Why the ledger could not be written lately."""
        failure = self._failure
        return failure[1] if failure is not None and time.monotonic() - failure[0] < FORGIVEN_SECONDS else None

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    async def record(self, entries: Sequence[Entry]) -> None:
        """Return when the entries are on the disk.

        Raises:
            RequestRefused: too many wait.
            LedgerError: they could not be written.
        """
        places = places_of(entries)
        if self.waiting_rows and self.waiting_rows + places > self._most_rows:
            raise RequestRefused(
                f"At most {self._most_rows:,} answers may wait for the ledger, but {self.waiting_rows:,} do. Ask again in a second.",
                status=503,
                retry_after_seconds=1,
            )
        loop = asyncio.get_running_loop()
        job = _Job(entries, places, loop.create_future(), loop)
        self.waiting_rows += places
        self._jobs.put(job)
        await asyncio.shield(job.written)

    def stop(self) -> None:
        """Write what was taken, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            job = self._jobs.get()
            if job is None:
                return
            jobs = [job]
            rows = job.places
            while rows < _COMMIT_ROWS:
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    break
                if job is None:
                    ended = True
                    break
                jobs.append(job)
                rows += job.places
            self._commit(jobs)

    def _commit(self, jobs: Sequence[_Job]) -> None:
        error = self._error_of_writing([entry for job in jobs for entry in job.entries])
        if error is not None and len(jobs) > 1 and not isinstance(error, LedgerUnwritable):
            for job in jobs:  # one of them is at fault: the others do not suffer for it
                self._commit([job])
            return
        if error is None:
            self._failure = None
        elif isinstance(error, LedgerUnwritable):
            self._failure = (time.monotonic(), str(error))
        self._settled([entry for job in jobs for entry in job.entries], error is None)
        jobs[0].loop.call_soon_threadsafe(self._tell, jobs, error)

    def _error_of_writing(self, entries: Sequence[Entry]) -> Exception | None:
        try:
            self._write(entries)
        except Exception as error:  # noqa: BLE001 # the loop of a server goes on, and whoever waits is told
            return error
        return None

    def _tell(self, jobs: Sequence[_Job], error: Exception | None) -> None:
        for job in jobs:
            self.waiting_rows -= job.places
            if job.written.done():
                continue
            if error is None:
                job.written.set_result(None)
            else:
                job.written.set_exception(error)
                job.written.exception()  # whoever waited may have gone: nobody else need hear of it
