"""WriteBehind: the reply does not wait for the ledger; what could not be written is counted."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from threading import Event, Thread

from luthier.core.errors import LedgerUnwritable
from luthier.serve.entries import Entry, places_of
from luthier.serve.recorder import FORGIVEN_SECONDS, Settled, Write

_COMMIT_ROWS = 2048
"Rows from which on a commit is not made larger."
_RETRY_SECONDS = 1.0
"Pause after the ledger could not be written."
_LAST_TRIES, _LAST_PAUSE_SECONDS = 3, 0.2
"How often what is left is tried when the service ends, and how long the pauses between are at most."


class WriteBehind:
    """A `Recorder` whose entries are in the ledger soon after `record` has returned.

    Where the ledger cannot be written the entries wait for it; those that find no place are dropped and counted.

    Args:
        write: to the ledger, in one transaction.
        settled: told about entries that are done with.
        most_rows: rows that may wait; more are dropped. A large image counts as several: see `places_of`.
        flush_seconds: longest time for which an entry waits, while the ledger can be written.
    """

    def __init__(self, write: Write, settled: Settled, *, most_rows: int, flush_seconds: float) -> None:
        self._write, self._settled, self._most_rows, self._flush_seconds = write, settled, most_rows, flush_seconds
        self._waiting: deque[Sequence[Entry]] = deque()
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="luthier-recorder", daemon=True)
        self._failure: tuple[float, str] | None = None
        # The event loop writes the first two and the thread the others: neither waits for a lock that the other holds.
        self._taken_rows = self._refused_rows = self._done_rows = self._lost_rows = 0

    @property
    def waiting_rows(self) -> int:
        """Rows that were taken and are not settled."""
        return self._taken_rows - self._done_rows

    @property
    def dropped_rows(self) -> int:
        """Rows that were answered and not written."""
        return self._refused_rows + self._lost_rows

    @property
    def trouble(self) -> str | None:
        """Why the ledger could not be written lately."""
        failure = self._failure
        return failure[1] if failure is not None and time.monotonic() - failure[0] < FORGIVEN_SECONDS else None

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    async def record(self, entries: Sequence[Entry]) -> None:
        """Take entries that will be written within the window, or count them as dropped."""
        places = places_of(entries)
        if not self.waiting_rows or self.waiting_rows + places <= self._most_rows:
            self._taken_rows += places
            self._waiting.append(entries)
        else:
            self._refused_rows += len(entries)
            self._settled(entries, False)

    def stop(self) -> None:
        """Write what was taken, and end; what the ledger still does not take is dropped and counted."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        pause = self._flush_seconds
        while not self._stopped.wait(pause):
            pause = self._flush_seconds if self._flush() else _RETRY_SECONDS
        for place in range(_LAST_TRIES):
            if self._flush():
                return
            if place + 1 < _LAST_TRIES:
                time.sleep(min(self._flush_seconds, _LAST_PAUSE_SECONDS))
        self._drop_all()

    def _flush(self) -> bool:
        """Write all that waits; False where the ledger cannot be written, and the entries stay."""
        while group := self._next_group():
            error = self._error_of_writing([entry for entries in group for entry in entries])
            if isinstance(error, LedgerUnwritable):
                self._failure = (time.monotonic(), str(error))
                return False
            if error is None:
                self._failure = None
                self._done(group, written=True)
            else:  # one of them is at fault: the others do not suffer for it
                for entries in group:
                    self._done([entries], written=self._error_of_writing(entries) is None)
        return True

    def _next_group(self) -> list[Sequence[Entry]]:
        """The first that wait; they stay where they are until they are written."""
        group: list[Sequence[Entry]] = []
        rows = 0
        for place in range(len(self._waiting)):
            entries = self._waiting[place]
            places = places_of(entries)
            if group and rows + places > _COMMIT_ROWS:
                break
            group.append(entries)
            rows += places
        return group

    def _error_of_writing(self, entries: Sequence[Entry]) -> Exception | None:
        try:
            self._write(entries)
        except Exception as error:  # noqa: BLE001 # the loop of a server records and goes on
            return error
        return None

    def _done(self, group: Sequence[Sequence[Entry]], *, written: bool) -> None:
        for _ in group:
            self._waiting.popleft()
        self._done_rows += sum(map(places_of, group))
        self._lost_rows += 0 if written else sum(map(len, group))
        self._settled([entry for entries in group for entry in entries], written)

    def _drop_all(self) -> None:
        if self._waiting:
            self._done(list(self._waiting), written=False)
