"""Lanes: populations that train at the same time, each on one core.

Small networks do not fill two cores: on a busy machine each of their operations waits for the slower one, and a step takes
a hundred times as long. Lanes do not wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def lanes_for(device: torch.device) -> int:
    """How many populations train at the same time: one a core, one on a GPU."""
    return len(os.sched_getaffinity(0)) if device.type == "cpu" else 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Within this block the calling thread computes alone; torch's number of threads and its random numbers are as before afterwards."""
    before = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)
