from __future__ import annotations

import asyncio

import pytest

from luthier.core.errors import PredictionDiffers, RequestRefused
from luthier.serve.claims import Claims
from tests.serve.made_up import entry


def test_who_asks_the_same_meanwhile_gets_the_same_answer() -> None:
    async def scenario() -> None:
        claims = Claims()
        claims.take(["a", "b"], ["x", "y"])

        own, others = claims.take(["a", "c"], ["x", "z"])
        claims.fulfil(entry("a").answer)

        assert own == [1]
        assert await others[0].answer == entry("a").answer

    asyncio.run(scenario())


def test_an_id_that_is_being_answered_is_refused_to_another_question_and_nothing_is_taken() -> None:
    async def scenario() -> None:
        claims = Claims()
        claims.take(["a"], ["x"])

        with pytest.raises(PredictionDiffers, match=r"^A prediction id stands for one question, but 'a' was used before with another content. Give a new id.$"):
            claims.take(["new", "a"], ["y", "y"])

        assert len(claims) == 1

    asyncio.run(scenario())


def test_who_waits_for_an_answer_that_never_comes_is_told_to_ask_again() -> None:
    async def scenario() -> None:
        claims = Claims()
        claims.take(["a"], ["x"])
        _, others = claims.take(["a"], ["x"])

        claims.release(["a"])

        with pytest.raises(RequestRefused, match=r"^The same prediction id 'a' was being answered for another request, which failed. Ask again.$"):
            await others[0].answer
        assert len(claims) == 0

    asyncio.run(scenario())
