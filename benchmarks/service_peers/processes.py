"""Processes: a server with all its children, what they take, and their end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_END_SECONDS = 30.0


@contextmanager
def running(command: Sequence[str], *, log: Path, surroundings: Mapping[str, str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own; the whole group is ended with the block.

    Args:
        log: takes what it says.
        surroundings: its environment variables.
        folder: where it works.
    """
    with (
        log.open("wb") as said,
        subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT, env=dict(surroundings), cwd=folder, start_new_session=True) as process,
    ):
        try:
            yield process
        finally:
            _end(process)


def cpu_seconds(process: int) -> float:
    """Processor time of a process and its children."""
    fields = [_read(Path(f"/proc/{one}/stat")).rpartition(")")[2].split() for one in family(process)]
    return sum(int(field[11]) + int(field[12]) for field in fields if field) / _TICKS


def resident_bytes(process: int) -> int:
    """Memory of a process and its children."""
    lines = (line for one in family(process) for line in _read(Path(f"/proc/{one}/status")).splitlines())
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def family(process: int) -> Iterator[int]:
    """A process and all below it."""
    yield process
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in _read(thread).split():
            yield from family(int(child))


def _end(process: subprocess.Popen[bytes]) -> None:
    _signal(process.pid, signal.SIGTERM)
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process.pid, signal.SIGKILL)  # what is left of its children


def _signal(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # it ended while we looked
        return ""
