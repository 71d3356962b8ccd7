"""How much memory a program may take at all on this machine."""

from __future__ import annotations

import os
from pathlib import Path

CONTAINER_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"Where Linux says what a container is allowed."


def machine_memory_bytes() -> int:
    """Memory of the machine, or of the container that the program runs in: it does not hang on what is free at the moment.

    Example:
        >>> machine_memory_bytes() > 2**28
        True
    """
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([whole, *(limit for path in CONTAINER_LIMITS if (limit := _limit(path)) is not None)])


def _limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no container, or `max`
        return None
