"""Which executor trains on this machine."""

from __future__ import annotations

import math
import sys

import torch

from luthier.fit import lanes_for
from luthier.tune.executors.in_process import InProcess
from luthier.tune.executors.workers import Workers

PROCESS_GAIN = 1.12
"""Member-steps a second with a process a core, over those with a thread a core: a cautious guess.
`python -m benchmarks.executors` measures it: take the smallest ratio of its rows."""
START_SECONDS = 5.0
"""Until worker processes are there, while they take a core from whoever reads the table: an interpreter that imports torch and the metrics.
Rounded up from 4.1 s on two busy cores; the same benchmark measures it."""


def choose_executor(device: torch.device, *, seconds: float = math.inf, cores: int | None = None) -> InProcess | Workers:
    """The executor for a device, already starting; it gets its rows by `give`.

    A GPU is used from this process, one job at a time: a second one would wait for the first. The cores of a processor get a
    worker process each, of one thread, unless there is only one core, or the training is so short that the start costs more than it brings.
    The choice never changes a result.

    Args:
        seconds: how long the training is expected to take on one thread a core; infinite where nobody knows.
        cores: how many may be used; None is all that this process may run on.

    Example:
        >>> choose_executor(torch.device("cpu"), seconds=2.0, cores=2).lanes
        2
    """
    lanes = lanes_for(device) if cores is None or device.type != "cpu" else cores
    saved = seconds * (1 - 1 / PROCESS_GAIN)
    if device.type != "cpu" or lanes == 1 or saved < START_SECONDS or sys.platform != "linux":
        return InProcess.starting(lanes)
    return Workers.starting(lanes)
