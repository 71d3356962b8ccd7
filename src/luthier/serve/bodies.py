"""Bodies: reading what a request holds, within bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from luthier.core.errors import RequestRefused


@dataclass(slots=True)
class BodyBudget:
    """Bytes that all requests in flight may hold together."""

    most_body_bytes: int
    "Of one request."
    most_bytes: int
    "Of all together."
    held_bytes: int = 0
    "Of all together, now."

    def measured(self, scope: Scope, receive: Receive) -> MeasuredBody:
        """The body of one request, counted while it comes; give it back with `release`."""
        declared = header(scope, b"content-length")
        if declared is not None and declared.isdigit() and int(declared) > self.most_body_bytes:
            raise self.too_large()
        has_none = declared in (None, b"0") and header(scope, b"transfer-encoding") is None
        return MeasuredBody(receive, self, is_complete=has_none)

    def too_large(self) -> RequestRefused:
        """The refusal of one body."""
        return RequestRefused(f"A request's body may have {self.most_body_bytes:,} bytes, but more came. Send it in parts.", status=413)


class MeasuredBody:
    """A `receive` that refuses what is too much."""

    __slots__ = ("_budget", "_receive", "is_complete", "received_bytes")

    def __init__(self, receive: Receive, budget: BodyBudget, *, is_complete: bool) -> None:
        self._receive, self._budget = receive, budget
        self.received_bytes, self.is_complete = 0, is_complete

    async def __call__(self) -> Message:
        """The next part."""
        message = await self._receive()
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            self.received_bytes += size
            self._budget.held_bytes += size
            self.is_complete = self.is_complete or not message.get("more_body", False)
            if self.received_bytes > self._budget.most_body_bytes:
                raise self._budget.too_large()
            if self._budget.held_bytes > self._budget.most_bytes:
                raise RequestRefused("Too many large requests are being answered. Ask again in a second.", status=429, retry_after_seconds=1)
        return message

    def release(self) -> None:
        """The request is over."""
        self._budget.held_bytes -= self.received_bytes


async def read_body(receive: Receive) -> bytes:
    """All of a body.

    Raises:
        ClientDisconnect: the caller has gone.
    """
    message = await receive()
    parts = [_part(message)]
    while message.get("more_body", False):
        message = await receive()
        parts.append(_part(message))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def parse_json(body: bytes) -> Any:
    """The value that a body holds.

    Raises:
        RequestRefused: it is no JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RequestRefused(f"A request's body must be JSON, but it cannot be read: {error}. Correct it.", status=400) from error


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header of a name in lower case."""
    return next((value for key, value in scope["headers"] if key == name), None)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    part: bytes = message.get("body", b"")
    return part
