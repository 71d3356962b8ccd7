from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Event

import pytest

from luthier.core.errors import LedgerUnwritable, PredictionDiffers, RequestRefused
from luthier.serve.entries import Entry
from luthier.serve.group_commit import GroupCommit
from tests.serve.made_up import entry, ids_of


class Disk:
    """Keeps what is written; refuses what it is told to."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.settled: list[tuple[list[str], bool]] = []
        self.error: Exception | None = None
        self.differing = ""
        self.may_write = Event()
        self.may_write.set()

    def write(self, entries: Sequence[Entry]) -> None:
        assert self.may_write.wait(10)
        if self.error is not None:
            raise self.error
        if self.differing in ids_of(entries):
            raise PredictionDiffers("used before")
        self.commits.append(ids_of(entries))

    def settle(self, entries: Sequence[Entry], written: bool) -> None:
        self.settled.append((ids_of(entries), written))


def test_what_was_recorded_is_on_the_disk() -> None:
    async def scenario() -> None:
        recorder.start()
        await recorder.record([entry("a"), entry("b")])
        assert disk.commits == [["a", "b"]]
        recorder.stop()

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=10)
    asyncio.run(scenario())

    assert disk.settled == [(["a", "b"], True)]
    assert (recorder.waiting_rows, recorder.dropped_rows, recorder.trouble) == (0, 0, None)


def test_all_that_wait_share_one_commit() -> None:
    async def scenario() -> None:
        disk.may_write.clear()
        recorder.start()
        waiting = [asyncio.create_task(recorder.record([entry(str(number))])) for number in range(5)]
        await asyncio.sleep(0)
        disk.may_write.set()
        await asyncio.gather(*waiting)
        recorder.stop()

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=10)
    asyncio.run(scenario())

    assert len(disk.commits) <= 2
    assert [name for commit in disk.commits for name in commit] == ["0", "1", "2", "3", "4"]


def test_a_ledger_that_cannot_be_written_is_told_and_tried_again_without_a_restart() -> None:
    async def scenario() -> None:
        recorder.start()
        disk.error = LedgerUnwritable("The ledger is read-only.")
        with pytest.raises(LedgerUnwritable, match=r"^The ledger is read-only.$"):
            await recorder.record([entry("a")])
        assert recorder.trouble == "The ledger is read-only."
        disk.error = None
        await recorder.record([entry("b")])
        recorder.stop()

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=10)
    asyncio.run(scenario())

    assert recorder.trouble is None
    assert disk.settled == [(["a"], False), (["b"], True)]


def test_an_id_that_differs_hurts_only_the_question_that_it_came_with() -> None:
    async def scenario() -> list[BaseException | None]:
        disk.may_write.clear()
        recorder.start()
        waiting = [asyncio.create_task(recorder.record([entry(name)])) for name in ("first", "good", "old", "fine")]
        await asyncio.sleep(0)
        disk.may_write.set()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        recorder.stop()
        return results

    disk = Disk()
    disk.differing = "old"
    recorder = GroupCommit(disk.write, disk.settle, most_rows=10)

    assert [repr(result) for result in asyncio.run(scenario())] == ["None", "None", "PredictionDiffers('used before')", "None"]
    assert sorted(name for commit in disk.commits for name in commit) == ["fine", "first", "good"]


def test_more_than_may_wait_is_refused() -> None:
    async def scenario() -> None:
        disk.may_write.clear()
        recorder.start()
        waiting = asyncio.create_task(recorder.record([entry("a"), entry("b")]))
        await asyncio.sleep(0)
        with pytest.raises(RequestRefused, match=r"^At most 3 answers may wait for the ledger, but 2 do. Ask again in a second.$") as refused:
            await recorder.record([entry("c"), entry("d")])
        assert (refused.value.status, refused.value.retry_after_seconds) == (503, 1)
        disk.may_write.set()
        await waiting
        recorder.stop()

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=3)
    asyncio.run(scenario())


def test_what_was_taken_is_written_also_where_nobody_waits_any_longer() -> None:
    async def scenario() -> None:
        disk.may_write.clear()
        recorder.start()
        waiting = asyncio.create_task(recorder.record([entry("a")]))
        await asyncio.sleep(0)
        waiting.cancel()
        disk.may_write.set()
        await asyncio.get_running_loop().run_in_executor(None, recorder.stop)

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=3)
    asyncio.run(scenario())

    assert disk.commits == [["a"]]


def test_images_that_wait_for_the_ledger_are_bounded_by_their_bytes() -> None:
    async def scenario() -> None:
        disk.may_write.clear()
        recorder.start()
        waiting = asyncio.create_task(recorder.record([entry("a", row=bytes(1_000_000))]))
        await asyncio.sleep(0)
        with pytest.raises(RequestRefused, match=r"^At most 70 answers may wait for the ledger, but 62 do. Ask again in a second.$"):
            await recorder.record([entry("b", row=bytes(1_000_000))])
        disk.may_write.set()
        await waiting
        recorder.stop()

    disk = Disk()
    recorder = GroupCommit(disk.write, disk.settle, most_rows=70)
    asyncio.run(scenario())

    assert (disk.commits, recorder.waiting_rows) == ([["a"]], 0)
