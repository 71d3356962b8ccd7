"""Crowding: how much slower this machine is just now, because others work on it too."""

from __future__ import annotations

import os

MOST = 3.0
"More is not planned for: the load of a minute ago says little about the minutes to come."


def crowding(load: float | None = None, cores: int | None = None) -> float:
    """Programs that want a core, for each core, from 1 (all have one) to 3.

    Args:
        load: programs that wanted to run over the last minute, this one's own included; None asks the system.
        cores: None asks the system.

    Example:
        >>> crowding(load=1.5, cores=2), crowding(load=5.0, cores=2), crowding(load=50.0, cores=2)
        (1.0, 2.5, 3.0)
    """
    if load is None:
        try:
            load = os.getloadavg()[0]
        except OSError:
            return 1.0
    return min(max(load / (cores or os.cpu_count() or 1), 1.0), MOST)
