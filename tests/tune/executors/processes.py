"""Looking at processes from outside."""

from __future__ import annotations

import os
import select
from pathlib import Path


def handle(process: int) -> int:
    """A descriptor that becomes readable when the process ends, whoever its parent is."""
    return os.pidfd_open(process)


def ended(handle: int, *, seconds: float = 30.0) -> bool:
    """True once the process has ended; waits for it."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    has_ended = bool(poll.poll(seconds * 1000))
    os.close(handle)
    return has_ended


def own_memory_bytes(process: int) -> int:
    """Memory that the process shares with nobody's file."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024


def open_descriptors() -> int:
    """How many this process has open."""
    return len(os.listdir("/proc/self/fd"))
