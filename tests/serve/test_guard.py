from __future__ import annotations

import asyncio
from typing import Any

import httpx

from luthier.core.errors import LedgerUnwritable
from luthier.serve.access import Tokens
from luthier.serve.guard import Guard
from luthier.serve.metrics import Metrics
from luthier.serve.replies import send_json
from luthier.serve.settings import ServeSettings


class Gate:
    """An application that answers when it may; `/away` fails."""

    def __init__(self) -> None:
        self.entered, self.may_answer = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.entered.set()
        if scope["path"] == "/away":
            raise LedgerUnwritable("The ledger is read-only.")
        await self.may_answer.wait()
        await send_json(send, "through")


def guarded(app: Gate, metrics: Metrics, **chosen: Any) -> httpx.AsyncClient:
    tokens = Tokens(lambda _: frozenset())
    guard = Guard(app, direct={}, settings=ServeSettings(**chosen), tokens=tokens, metrics=metrics)
    return httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://127.0.0.1")


def test_more_requests_at_once_than_may_be_are_refused_until_one_is_done() -> None:
    async def scenario() -> list[Any]:
        gate = Gate()
        async with guarded(gate, Metrics(), most_requests=1) as client:
            first = asyncio.create_task(client.get("/"))
            await gate.entered.wait()
            refused = await client.get("/")
            gate.may_answer.set()
            replies = [await first, await client.get("/")]
        return [refused.status_code, refused.headers["retry-after"], refused.json()["error"]["message"], *(reply.json() for reply in replies)]

    assert asyncio.run(scenario()) == [429, "1", "At most 1 requests are answered at once. Ask again in a second.", "through", "through"]


def test_an_answer_that_is_not_found_in_time_is_given_up_with_a_time_to_come_again() -> None:
    async def scenario() -> httpx.Response:
        async with guarded(Gate(), metrics, request_seconds=0.02) as client:
            return await client.get("/")

    metrics = Metrics()
    reply = asyncio.run(scenario())

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert reply.json()["error"]["message"] == "An answer must be found within 0.02 s, but it was not. Ask again, or for less at once."
    assert metrics.requests == {("other", 503): 1}


def test_a_ledger_that_is_away_is_told_in_its_own_words() -> None:
    async def scenario() -> httpx.Response:
        async with guarded(Gate(), Metrics()) as client:
            return await client.get("/away")

    reply = asyncio.run(scenario())

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert reply.json() == {"error": {"type": "LedgerUnwritable", "message": "The ledger is read-only."}}
