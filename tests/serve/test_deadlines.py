from __future__ import annotations

import asyncio

import pytest

from luthier.serve.deadlines import Deadlines


def test_what_takes_too_long_is_given_up_and_the_others_go_on() -> None:
    async def work(deadlines: Deadlines, done: asyncio.Event) -> str:
        task = asyncio.current_task()
        assert task is not None
        deadlines.begin(task)
        try:
            await done.wait()
        except asyncio.CancelledError:
            assert deadlines.took_too_long(task)
            return "too long"
        finally:
            deadlines.end(task)
        return "done"

    async def scenario() -> list[str]:
        clock, done = [0.0], asyncio.Event()
        deadlines = Deadlines(1_000.0, now=lambda: clock[0])
        early = asyncio.create_task(work(deadlines, done))
        await asyncio.sleep(0)
        clock[0] = 600.0
        late = asyncio.create_task(work(deadlines, done))
        await asyncio.sleep(0)
        clock[0] = 1_001.0
        deadlines.look()
        done.set()
        return await asyncio.gather(early, late)

    assert asyncio.run(scenario()) == ["too long", "done"]


def test_a_task_that_somebody_else_cancels_is_not_said_to_be_slow() -> None:
    async def scenario() -> None:
        deadlines, task = Deadlines(1_000.0), asyncio.current_task()
        assert task is not None
        deadlines.begin(task)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(0)

        assert not deadlines.took_too_long(task)

    asyncio.run(scenario())
