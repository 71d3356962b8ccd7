from __future__ import annotations

import asyncio
from collections.abc import Sequence

from luthier.core.errors import LedgerUnwritable, PredictionDiffers
from luthier.serve.entries import Entry
from luthier.serve.write_behind import WriteBehind
from tests.serve.made_up import entry, ids_of


class Disk:
    """Keeps what is written, after it has failed as often as it was told to."""

    def __init__(self, *, failures: int = 0, differing: str = "") -> None:
        self.failures, self.differing = failures, differing
        self.written: list[str] = []
        self.settled: list[tuple[list[str], bool]] = []

    def write(self, entries: Sequence[Entry]) -> None:
        if self.failures:
            self.failures -= 1
            raise LedgerUnwritable("The disk is full.")
        if self.differing in ids_of(entries):
            raise PredictionDiffers("used before")
        self.written += ids_of(entries)

    def settle(self, entries: Sequence[Entry], written: bool) -> None:
        self.settled.append((ids_of(entries), written))


def recorder_on(disk: Disk, *, most_rows: int = 10, flush_seconds: float = 0.001) -> WriteBehind:
    return WriteBehind(disk.write, disk.settle, most_rows=most_rows, flush_seconds=flush_seconds)


def record(recorder: WriteBehind, *batches: Sequence[Entry]) -> None:
    async def scenario() -> None:
        for entries in batches:
            await recorder.record(entries)

    asyncio.run(scenario())


def test_nobody_waits_for_the_ledger_and_all_is_written_at_the_end() -> None:
    disk = Disk()
    recorder = recorder_on(disk, flush_seconds=3600)
    recorder.start()

    record(recorder, [entry("a")], [entry("b"), entry("c")])

    assert (disk.written, recorder.waiting_rows) == ([], 3)
    recorder.stop()
    assert (disk.written, recorder.waiting_rows, recorder.dropped_rows) == (["a", "b", "c"], 0, 0)
    assert disk.settled == [(["a", "b", "c"], True)]


def test_what_cannot_be_written_waits_until_it_can() -> None:
    disk = Disk(failures=2)
    recorder = recorder_on(disk)
    record(recorder, [entry("a")])

    recorder.start()
    recorder.stop()

    assert (disk.written, recorder.dropped_rows, recorder.trouble) == (["a"], 0, None)


def test_what_finds_no_place_is_dropped_and_counted() -> None:
    disk = Disk()
    recorder = recorder_on(disk, most_rows=2)

    record(recorder, [entry("a"), entry("b")], [entry("c")])

    assert (recorder.waiting_rows, recorder.dropped_rows) == (2, 1)
    assert disk.settled == [(["c"], False)]


def test_what_is_left_when_the_service_ends_is_dropped_and_counted() -> None:
    disk = Disk(failures=1_000)
    recorder = recorder_on(disk, flush_seconds=3600)
    record(recorder, [entry("a")])

    recorder.start()
    recorder.stop()

    assert (recorder.dropped_rows, recorder.waiting_rows, recorder.trouble) == (1, 0, "The disk is full.")
    assert disk.settled == [(["a"], False)]


def test_an_id_that_differs_hurts_only_the_question_that_it_came_with() -> None:
    disk = Disk(differing="old")
    recorder = recorder_on(disk)
    record(recorder, [entry("a")], [entry("old")], [entry("b")])

    recorder.start()
    recorder.stop()

    assert (disk.written, recorder.dropped_rows) == (["a", "b"], 1)


def test_images_that_wait_for_the_ledger_are_bounded_by_their_bytes() -> None:
    disk = Disk()
    recorder = recorder_on(disk, most_rows=70)

    record(recorder, [entry("a", row=bytes(1_000_000))], [entry("b", row=bytes(1_000_000))])
    recorder.start()
    recorder.stop()

    assert (disk.written, recorder.dropped_rows, recorder.waiting_rows) == (["a"], 1, 0)
