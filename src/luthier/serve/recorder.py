"""Recorder: the seam between answering and the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from luthier.serve.entries import Entry

Write: TypeAlias = Callable[[Sequence[Entry]], None]
"Puts entries into the ledger, all or none of them, and returns when they are on the disk. Raises `LedgerError` where it cannot."
Settled: TypeAlias = Callable[[Sequence[Entry], bool], None]
"Told by the writing thread about entries that are done with, and whether they were written."

FORGIVEN_SECONDS = 5.0
"So long after its last failure a ledger counts as broken, if nobody tries it again."


class Recorder(Protocol):
    """Takes answered rows and writes them.

    Laws: `record` is called by the event loop alone, and returns in the time that its promise needs: when the entries are on the
    disk, or at once. Every entry that was taken is settled once. `stop` returns when all that was taken is settled. A ledger that
    cannot be written is tried again as long as entries come: no restart is needed.
    """

    @property
    def waiting_rows(self) -> int:
        """Rows that were taken and are not settled; a large image counts as several."""

    @property
    def dropped_rows(self) -> int:
        """Rows that were answered and not written."""

    @property
    def trouble(self) -> str | None:
        """Why the ledger could not be written lately; None where it could."""

    def start(self) -> None:
        """Begin to write."""

    async def record(self, entries: Sequence[Entry]) -> None:
        """Take answered rows.

        Raises:
            RequestRefused, LedgerError: they were not taken, or could not be written, and it was promised that they would.
        """

    def stop(self) -> None:
        """Write what was taken, and end."""
