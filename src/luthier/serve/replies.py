"""Replies: JSON over ASGI, and errors in one form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

import orjson
from starlette.types import Send

from luthier.core.errors import BundleError, DataError, LedgerError, LuthierError, PredictionDiffers, RequestRefused, SettingInvalid

_RETRY_SECONDS = 1
"What a caller is told to wait where the ledger is away."
Words: TypeAlias = Callable[[str, int], Mapping[str, Any]]
"The JSON body for a message and its HTTP status."
_MOST_CHARACTERS, _LAST_CHARACTERS = 1_000, 200
"Of a message, which may repeat what came, and of its end, which says what to do."
Headers = Sequence[tuple[bytes, bytes]]
JSON = (b"content-type", b"application/json")


async def send_reply(send: Send, body: bytes, *, status: int = 200, headers: Headers = (JSON,)) -> None:
    """One whole reply; JSON unless the headers say otherwise."""
    await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def send_json(send: Send, content: Any, *, status: int = 200) -> None:
    """A reply of plain values."""
    await send_reply(send, orjson.dumps(content), status=status)


async def send_refusal(send: Send, error: LuthierError, words: Words | None = None) -> None:
    """What a caller is told of an error; in the words of another protocol, where they are given."""
    status = status_of(error)
    body = error_body(type(error).__name__, message_of(error)) if words is None else orjson.dumps(words(message_of(error), status))
    await send_reply(send, body, status=status, headers=[JSON, *refusal_headers(error)])


def error_body(kind: str, message: str) -> bytes:
    """The form of every error.

    Example:
        >>> error_body("RequestRefused", "Too much.")
        b'{"error":{"type":"RequestRefused","message":"Too much."}}'
    """
    return orjson.dumps({"error": {"type": kind, "message": message}})


def message_of(error: LuthierError) -> str:
    """What is said of an error, cut in its middle where it repeats much of what came.

    Example:
        >>> len(message_of(RequestRefused("x" * 10_000, status=422)))
        1000
    """
    message = str(error)
    if len(message) <= _MOST_CHARACTERS:
        return message
    return f"{message[: _MOST_CHARACTERS - _LAST_CHARACTERS - 3]}...{message[-_LAST_CHARACTERS:]}"


def status_of(error: LuthierError) -> HTTPStatus:
    """The HTTP status of an error.

    Example:
        >>> status_of(RequestRefused("Too much.", status=413)).phrase
        'Request Entity Too Large'
    """
    if isinstance(error, RequestRefused):
        return HTTPStatus(error.status)
    if isinstance(error, PredictionDiffers):
        return HTTPStatus.CONFLICT
    if isinstance(error, (DataError, SettingInvalid)):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.SERVICE_UNAVAILABLE if isinstance(error, (LedgerError, BundleError)) else HTTPStatus.BAD_REQUEST


def refusal_headers(error: LuthierError) -> list[tuple[bytes, bytes]]:
    """When to come again, and whether the rest of a body is still wanted."""
    seconds = error.retry_after_seconds if isinstance(error, RequestRefused) else None
    if seconds is None and status_of(error) is HTTPStatus.SERVICE_UNAVAILABLE:
        seconds = _RETRY_SECONDS
    headers = [] if seconds is None else [(b"retry-after", b"%d" % seconds)]
    if status_of(error) in (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT):
        headers.append((b"connection", b"close"))
    if status_of(error) is HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    return headers
