from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luthier.bundle.answerer import RowAnswers
from luthier.core.errors import RequestRefused
from luthier.serve.batching import Batcher


class Echo:
    """A model that answers with what it is asked, and remembers how many rows came at once."""

    def __init__(self, name: str = "echo") -> None:
        self.hash, self.batches = name, []

    batches: list[int]

    def answer(self, cells: list[list[Any]]) -> RowAnswers:
        self.batches.append(len(cells[0]))
        if "bad" in cells[0]:
            raise ValueError("bad")
        return RowAnswers(predictions=list(cells[0]), lower=[0.0] * len(cells[0]), upper=[1.0] * len(cells[0]))


def make_batcher(*, batch_rows: int = 8, most_rows: int = 100) -> Batcher:
    return Batcher(batch_rows=batch_rows, most_rows=most_rows)


async def ask(batcher: Batcher, model: Echo, *cells: Any) -> list[Any]:
    return (await batcher.answer(model, [list(cells)], len(cells))).predictions  # type: ignore[arg-type]


def test_what_waits_is_answered_together_and_everybody_gets_their_own() -> None:
    async def scenario() -> list[list[Any]]:
        batcher = make_batcher()
        return await asyncio.gather(*(ask(batcher, model, number, -number) for number in range(1, 7)))

    model = Echo()
    answers = asyncio.run(scenario())

    assert answers == [[number, -number] for number in range(1, 7)]
    assert model.batches == [8, 4]


def test_a_model_is_asked_only_what_was_meant_for_it() -> None:
    async def scenario() -> list[list[Any]]:
        batcher = make_batcher()
        return await asyncio.gather(ask(batcher, old, 1), ask(batcher, old, 2), ask(batcher, new, 3), ask(batcher, old, 4))

    old, new = Echo("old"), Echo("new")
    answers = asyncio.run(scenario())

    assert answers == [[1], [2], [3], [4]]
    assert (old.batches, new.batches) == ([2, 1], [1])


def test_more_than_may_wait_is_refused_with_a_time_to_come_again() -> None:
    async def scenario() -> None:
        batcher, model = make_batcher(most_rows=3), Echo()
        waiting = asyncio.gather(ask(batcher, model, 1, 2), return_exceptions=True)
        await asyncio.sleep(0)

        with pytest.raises(RequestRefused, match=r"^At most 3 rows may wait for the model, but 2 do. Ask again in a second.$") as refused:
            await ask(batcher, model, 3, 4)

        assert (refused.value.status, refused.value.retry_after_seconds) == (429, 1)
        assert await waiting == [[1, 2]]
        assert await ask(batcher, model, 3, 4) == [3, 4]

    asyncio.run(scenario())


def test_a_fault_of_the_model_is_told_to_those_who_asked_and_the_next_are_answered() -> None:
    async def scenario() -> list[Any]:
        batcher, model = make_batcher(), Echo()
        await asyncio.gather(ask(batcher, model, "bad"), ask(batcher, model, 1), return_exceptions=True)
        return await asyncio.gather(ask(batcher, model, "bad"), ask(batcher, model, 2), ask(batcher, Echo("other"), 3), return_exceptions=True)

    first, second, other = asyncio.run(scenario())

    assert repr(first) == repr(second) == "ValueError('bad')"
    assert other == [3]


def test_whoever_has_gone_is_not_answered() -> None:
    async def scenario() -> None:
        batcher = make_batcher()
        gone = asyncio.create_task(ask(batcher, model, 1))
        stays = asyncio.create_task(ask(batcher, model, 2))
        await asyncio.sleep(0)
        gone.cancel()

        assert await stays == [2]
        assert batcher.waiting_rows == 0

    model = Echo()
    asyncio.run(scenario())
