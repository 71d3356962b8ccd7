"""Load: so many connections that stay open, each with one request under way at any time. The standard library alone, so that it takes little of the cores.

    PYTHON load.py PORT PATH CONNECTIONS BODIES (--seconds S | --requests N)

BODIES has one JSON body a line, sent in turn. One line of JSON on stdout tells requests, seconds, p50, p99 (seconds) and how many were refused.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import time
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

_PATIENCE_SECONDS = 20.0
"""After which a reply counts as lost."""
_NEVER = 10**12


@dataclass(slots=True)
class Connection:
    """One connection and the reply that it waits for."""

    socket: socket.socket
    began: float = 0.0
    reply: bytearray = field(default_factory=bytearray)

    def ask(self, request: bytes) -> None:
        """Send the next request."""
        self.reply.clear()
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take in what came; True where the reply is whole."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("the server closed a connection")
        self.reply += part
        end = self.reply.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.reply[:end]).lower()
        _, named, rest = head.partition(b"content-length:")
        if not named:
            return self.reply.endswith(b"0\r\n\r\n")
        return len(self.reply) >= end + 4 + int(rest.split(b"\r\n", 1)[0])

    @property
    def is_good(self) -> bool:
        """Whether the reply is an answer."""
        return self.reply[9:12] == b"200"


def drive(port: int, requests: list[bytes], *, connections: int, seconds: float, most: int) -> dict[str, float]:
    """Ask until the time or the requests are over, and tell how long replies took."""
    selector, upcoming = selectors.DefaultSelector(), cycle(requests)
    opened = [Connection(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
    for connection in opened:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    took, refused, asked, started = [], 0, 0, time.perf_counter()
    for connection in opened[:most]:
        connection.ask(next(upcoming))
        asked += 1
    waiting = min(connections, most)
    while waiting:
        ready = selector.select(_PATIENCE_SECONDS)
        if not ready:
            raise SystemExit(f"{waiting} replies did not come within {_PATIENCE_SECONDS:g} s")
        for key, _ in ready:
            connection = key.data
            if not connection.is_answered():
                continue
            now = time.perf_counter()
            took.append(now - connection.began)
            refused += not connection.is_good
            if asked < most and now - started < seconds:
                connection.ask(next(upcoming))
                asked += 1
            else:
                waiting -= 1
    return _summary(took, refused, time.perf_counter() - started)


def _summary(took: list[float], refused: int, seconds: float) -> dict[str, float]:
    took.sort()
    return {"requests": len(took), "seconds": seconds, "p50": took[len(took) // 2], "p99": took[int(0.99 * len(took))], "refused": refused}


def request_of(path: str, body: bytes, port: int) -> bytes:
    """One request, ready to be sent."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Drive one server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("connections", type=int)
    parser.add_argument("bodies", type=Path)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--requests", type=int, default=_NEVER)
    wanted = parser.parse_args()
    requests = [request_of(wanted.path, body, wanted.port) for body in wanted.bodies.read_bytes().splitlines()]
    print(json.dumps(drive(wanted.port, requests, connections=wanted.connections, seconds=wanted.seconds, most=wanted.requests)))


if __name__ == "__main__":
    main()
