from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from threading import Event
from typing import Any

import httpx
import pytest

from luthier.serve.impatient import ImpatientProtocol
from luthier.serve.replies import send_json
from tests.serve.made_up import listening

SENT = Event()


async def answer(scope: Any, _receive: Any, send: Any) -> None:
    await send_json(send, "here" if scope["path"] == "/" else "x" * 50_000_000)
    if scope["path"] != "/":
        SENT.set()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with listening(answer, http=partial(ImpatientProtocol, header_seconds=0.1, reply_seconds=0.1), lifespan="off", ws="none") as found:
        yield found


def connected(address: str) -> socket.socket:
    host, _, port = address.partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127"], ids=["nothing", "half of the headers"])
def test_who_is_slow_with_headers_is_not_waited_for(address: str, sent: bytes) -> None:
    with connected(address) as slow:
        slow.sendall(sent)

        assert slow.recv(100) == b""


def test_headers_without_end_are_not_taken(address: str) -> None:
    with connected(address) as endless, pytest.raises(ConnectionError):
        endless.sendall(b"GET / HTTP/1.1\r\n")
        while True:
            endless.sendall(b"X-Header: " + b"x" * 10_000 + b"\r\n")


def test_a_second_request_may_come_late_but_not_slowly(address: str) -> None:
    with connected(address) as kept:
        kept.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert kept.recv(1000).endswith(b'"here"')
        kept.sendall(b"GET")

        assert kept.recv(100) == b""


def test_who_does_not_take_the_reply_is_not_waited_for(address: str) -> None:
    with connected(address) as deaf:
        deaf.sendall(b"GET /long HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

        assert SENT.wait(10)


def test_all_others_are_answered(address: str) -> None:
    assert [httpx.get(f"http://{address}").json() for _ in range(3)] == ["here"] * 3
