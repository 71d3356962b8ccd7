from __future__ import annotations

import asyncio
from typing import Any

import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.bodies import BodyBudget, MeasuredBody, parse_json, read_body


def coming(*parts: bytes, budget: BodyBudget, declared: int | None = None) -> MeasuredBody:
    messages = [{"type": "http.request", "body": part, "more_body": place < len(parts)} for place, part in enumerate(parts, 1)]
    rest = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(rest)

    headers = [] if declared is None else [(b"content-length", b"%d" % declared)]
    return budget.measured({"headers": headers}, receive)


def test_a_body_comes_in_parts() -> None:
    budget = BodyBudget(most_body_bytes=10, most_bytes=10)
    body = coming(b"abc", b"", b"de", budget=budget)

    assert asyncio.run(read_body(body)) == b"abcde"
    assert budget.held_bytes == 5
    body.release()
    assert budget.held_bytes == 0


@pytest.mark.parametrize("declared", [11, None], ids=["declared", "not-declared"])
def test_a_body_that_is_too_large_is_refused(declared: int | None) -> None:
    budget = BodyBudget(most_body_bytes=10, most_bytes=100)

    with pytest.raises(RequestRefused, match=r"^A request's body may have 10 bytes, but more came. Send it in parts.$") as refused:
        asyncio.run(read_body(coming(b"123456", b"123456", budget=budget, declared=declared)))

    assert refused.value.status == 413


def test_bodies_that_together_are_too_large_are_refused_for_now() -> None:
    budget = BodyBudget(most_body_bytes=10, most_bytes=15)
    first = coming(b"1234567890", budget=budget)
    asyncio.run(read_body(first))

    with pytest.raises(RequestRefused, match=r"^Too many large requests are being answered. Ask again in a second.$") as refused:
        asyncio.run(read_body(coming(b"1234567890", budget=budget)))

    assert (refused.value.status, refused.value.retry_after_seconds) == (429, 1)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(RequestRefused) as refused:
        parse_json(b"{'a': 1}")

    assert refused.value.status == 400
    assert str(refused.value).startswith("A request's body must be JSON, but it cannot be read: ")
    assert str(refused.value).endswith(" (char 1). Correct it.")
