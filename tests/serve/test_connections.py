"""Connections that are slow, hasty or odd: each is answered or closed, and the others do not notice."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from functools import partial

import pytest

from luthier.ledger import Ledger
from luthier.serve import ServeSettings, Service, create_app
from luthier.serve.impatient import ImpatientProtocol
from tests.bundle.made_up import MadeUp
from tests.serve.made_up import NAME, deploy, json_rows, listening

SECONDS = 0.3
BODY = json.dumps({"rows": json_rows(1)}).encode()


@pytest.fixture(scope="module")
def address(classifier: MadeUp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    with Ledger.open(tmp_path_factory.mktemp("ledger") / "ledger.db") as ledger:
        deploy(ledger, classifier.folder)
        app = create_app(Service(ledger, NAME, ServeSettings(request_seconds=SECONDS, most_body_bytes=100_000)))
        with listening(app, http=partial(ImpatientProtocol, header_seconds=SECONDS, reply_seconds=SECONDS), lifespan="on", ws="none") as found:
            host, _, port = found.partition(":")
            yield host, int(port)


def request(body: bytes = BODY, *headers: str, length: int | None = None) -> bytes:
    lines = ["POST /v1/predict HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def replies(connection: socket.socket, count: int = 1) -> list[tuple[int, bytes]]:
    """Status and body of the next replies."""
    found: list[tuple[int, bytes]] = []
    with connection.makefile("rb") as lines:
        while len(found) < count:
            status = int(lines.readline().split()[1])
            headers = dict(line.lower().rstrip().split(b": ", 1) for line in iter(lines.readline, b"\r\n"))
            found.append((status, lines.read(int(headers[b"content-length"]))))
    return found


def told(reply: tuple[int, bytes]) -> tuple[int, str]:
    return reply[0], json.loads(reply[1])["error"]["message"]


def test_requests_that_come_at_once_are_answered_in_their_order(address: tuple[str, int]) -> None:
    bodies = [json.dumps({"rows": json_rows(1), "ids": [f"piped {number}"]}).encode() for number in range(20)]
    with socket.create_connection(address, timeout=10) as hasty:
        hasty.sendall(b"".join(map(request, bodies)))
        answers = replies(hasty, 20)

    assert [status for status, _ in answers] == [200] * 20
    assert [json.loads(body)["predictions"][0]["prediction_id"] for _, body in answers] == [f"piped {number}" for number in range(20)]


def test_a_connection_is_good_for_more_after_a_refusal(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as kept:
        statuses = []
        for body in (b"{", BODY, b"[]", BODY):
            kept.sendall(request(body))
            statuses += [status for status, _ in replies(kept)]

    assert statuses == [400, 200, 422, 200]


def test_a_body_that_comes_byte_by_byte_is_given_up_and_its_connection_closed(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as slow:
        slow.sendall(request(b"", length=1000))
        slow.settimeout(0.02)
        got = b""
        while not got:
            slow.sendall(b" ")
            try:
                got = slow.recv(100_000)
            except TimeoutError:
                continue
        slow.settimeout(10)
        closed = slow.recv(100)

    assert got.startswith(b"HTTP/1.1 408 ")
    assert b"A request's body must come within 0.3 s, but it did not. Send it faster, or in parts." in got
    assert closed == b""


@pytest.mark.parametrize("form", ["declared", "chunked"])
def test_an_oversized_body_is_refused_before_it_has_come(address: tuple[str, int], form: str) -> None:
    with socket.create_connection(address, timeout=10) as large:
        if form == "declared":
            large.sendall(request(b"", length=10**15))
        else:
            large.sendall(request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"1D4C0\r\n" + b" " * 120_000)

        assert told(replies(large)[0]) == (413, "A request's body may have 100,000 bytes, but more came. Send it in parts.")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/predict HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /v1/predict HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
        b"POST /v1/predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["TLS", "a path of bytes", "a length below zero", "two lengths", "a length of 5,000 digits", "a chunk without a length"],
)
def test_what_is_no_http_is_refused_and_closed(address: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(address, timeout=10) as odd:
        odd.sendall(sent)
        got = b"".join(iter(partial(odd.recv, 1000), b""))

    assert got.startswith(b"HTTP/1.1 400 ")
    assert got.endswith(b"Invalid HTTP request received.") or b'"error"' in got


def test_who_leaves_amid_a_request_costs_nothing(address: tuple[str, int]) -> None:
    for cut in (10, 60, 150, len(request()) - 1, len(request())):
        with socket.create_connection(address, timeout=10) as gone:
            gone.sendall(request()[:cut])

    with socket.create_connection(address, timeout=10) as there:
        there.sendall(request())
        assert replies(there)[0][0] == 200
