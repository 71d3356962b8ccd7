from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest

from luthier.ledger import Deployment, Ledger
from luthier.serve import ServeSettings, Service, create_app
from luthier.workflows.promotion_routes import promotion_routes
from tests.workflows.in_service import NAME

T = TypeVar("T")


def asked(ledger: Ledger, ask: Callable[[httpx.AsyncClient], Awaitable[T]], settings: ServeSettings | None = None) -> T:
    """What a client hears of the routes."""
    app = create_app(Service(ledger, NAME, settings), routers=[promotion_routes(ledger, NAME)])

    async def answered() -> T:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await ask(client)

    return asyncio.run(answered())


def test_a_promotion_without_a_challenger_is_refused_with_what_to_do(ledger: Ledger, clinic: Deployment) -> None:
    reply = asked(ledger, lambda client: client.post("/v1/promote", json={"dry_run": True}))

    assert reply.status_code == 422
    assert reply.json()["error"]["message"].startswith(f"A promotion needs a challenger, but {NAME!r} has none.")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"force": True}, "A request for a change may hold bundle, who, why, dry_run, but something else came. Leave it out."),
        ({"dry_run": "yes"}, "dry_run must be true or false, but 'yes' came. Correct it."),
        ([1], "A request for a change may hold bundle, who, why, dry_run, but something else came. Leave it out."),
    ],
)
def test_a_request_that_says_something_else_is_refused(ledger: Ledger, clinic: Deployment, body: object, message: str) -> None:
    reply = asked(ledger, lambda client: client.post("/v1/rollback", json=body))

    assert (reply.status_code, reply.json()["error"]["message"]) == (422, message)


def test_whoever_changes_a_champion_needs_the_scope(ledger: Ledger, clinic: Deployment) -> None:
    reader, keeper = ledger.tokens.create("reader", ["predict"]), ledger.tokens.create("keeper", ["promote"])

    settings = ServeSettings(token_required=True)
    headers = [{"Authorization": f"Bearer {secret}"} for secret in (reader, keeper)]
    replies = [asked(ledger, lambda client, own=own: client.post("/v1/promote", headers=own), settings) for own in headers]

    assert [reply.status_code for reply in replies] == [403, 422]
