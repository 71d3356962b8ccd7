"""Measuring: one server at a time, alone, asked by a process of its own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.service_peers.contenders import Contender, Place, surroundings
from benchmarks.service_peers.processes import cpu_seconds, resident_bytes, running
from benchmarks.service_peers.servers.graph import Graph

LOAD = Path(__file__).with_name("load.py")
WARM_UP_SECONDS = 1.0
_START_SECONDS = 120.0
_SAMPLE_SECONDS = 0.25
_FOR_GOOD = (400, 415, 422, 500)
"""Statuses that waiting does not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What all servers are asked."""

    graph: Path
    "Folder with the graph."
    model: Path
    "The bundle that it is from."
    rows: Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A server that answers."""

    process: int
    port: int
    path: str
    bodies: Path

    def driven(self, connections: int, *options: str) -> dict[str, float]:
        """The summary of a load with these options of `load.py`, and the processor time of the server for each request."""
        before = cpu_seconds(self.process)
        command = [sys.executable, str(LOAD), str(self.port), self.path, str(connections), str(self.bodies), *options]
        told = subprocess.run(command, capture_output=True, text=True)
        if told.returncode:
            raise ServerFailed(told.stderr.strip().splitlines()[-1] if told.stderr else "the load broke off")
        summary = json.loads(told.stdout)
        return {**summary, "cpu_seconds_a_request": (cpu_seconds(self.process) - before) / summary["requests"]}


class ServerFailed(RuntimeError):
    """A server did not start, or gave other answers than the graph."""


@contextmanager
def started(contender: Contender, python: Path, question: Question) -> Iterator[Started]:
    """A server whose answers were compared with the graph's own.

    Raises:
        ServerFailed: it does not answer, or answers something else.
    """
    with tempfile.TemporaryDirectory(dir=question.graph.parent) as scratch:
        folder = Path(scratch)
        place = Place(python=python, folder=question.graph, model=question.model, scratch=folder, port=_free_port())
        bodies, log = folder / "bodies.jsonl", folder / "said.txt"
        bodies.write_text("\n".join(json.dumps(contender.body(row)) for row in question.rows))
        environment = surroundings(place)
        if contender.prepare is not None:
            made = subprocess.run(contender.prepare(place), capture_output=True, text=True, env=environment)
            if made.returncode:
                raise ServerFailed(_last_line(made.stderr))
        with running(contender.command(place), log=log, surroundings=environment, folder=folder) as process:
            reply = _first_reply(contender, question.rows[0], place.port, process, log)
            _require_same(contender, reply, Graph(question.graph).answer(question.rows[:1]))
            yield Started(process=process.pid, port=place.port, path=contender.path, bodies=bodies)


def measured(server: Started, *, connections: int, seconds: float) -> dict[str, float]:
    """One measurement, after a warm-up."""
    server.driven(connections, "--seconds", str(min(WARM_UP_SECONDS, seconds)))
    return server.driven(connections, "--seconds", str(seconds))


def soaked(server: Started, *, requests: int, connections: int) -> dict[str, Any]:
    """Memory of a server over so many requests: at the start after a tenth of them, at the end, and the slope between."""
    server.driven(connections, "--requests", str(max(requests // 10, 1)))
    samples: list[tuple[float, int]] = []
    over, began = threading.Event(), time.monotonic()

    def look() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            samples.append((time.monotonic() - began, resident_bytes(server.process)))

    watcher = threading.Thread(target=look)
    start = resident_bytes(server.process)
    watcher.start()
    try:
        summary = server.driven(connections, "--requests", str(requests))
    finally:
        over.set()
        watcher.join()
    end = resident_bytes(server.process)
    return {**summary, "start_bytes": start, "end_bytes": end, "growth": end / start - 1.0, "bytes_a_request": _slope(samples, summary)}


def _slope(samples: Sequence[tuple[float, int]], summary: dict[str, float]) -> float:
    """Bytes a request, by least squares over the samples; a request takes as long as another."""
    if len(samples) < 3:
        return float("nan")
    seconds, memory = np.array(samples).T
    return float(np.polyfit(seconds, memory, 1)[0]) * summary["seconds"] / summary["requests"]


def _first_reply(contender: Contender, row: dict[str, Any], port: int, process: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    body, limit, said = json.dumps(contender.body(row)), time.monotonic() + _START_SECONDS, "nothing"
    while time.monotonic() < limit and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", contender.path, body, {"Content-Type": "application/json"})
            reply = connection.getresponse()
            content = reply.read()
            if reply.status == 200:
                return json.loads(content)
            said = f"{reply.status} {content[:200]!r}"
            if reply.status in _FOR_GOOD:
                break
        except (OSError, http.client.HTTPException) as error:
            said = str(error)
        time.sleep(0.2)
    raise ServerFailed(f"no answer ({said}); its last words: {_last_line(log.read_text(errors='replace'))}")


def _require_same(contender: Contender, reply: dict[str, Any], expected: dict[str, Any]) -> None:
    ours, graph = np.asarray(contender.first(reply), dtype=float), np.asarray(next(iter(expected.values()))[0], dtype=float)
    if ours.shape != graph.shape or not np.allclose(ours, graph, atol=1e-5, rtol=1e-5):
        raise ServerFailed(f"it answers {ours}, the graph {graph}")


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "none"
