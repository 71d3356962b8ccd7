"""The probe: how fast and how wide populations train on this machine, measured before anything is planned."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import torch

from luthier.core.recipe import Member
from luthier.fit.folds import FoldTensors
from luthier.fit.population import Population

WARM_STEPS, TIMED_STEPS, TIMED_SECONDS = 2, 12, 0.7
PROBED_ROWS = 2048
"Validation rows that are predicted on trial."
MEMORY_SHARE = 0.6
"Share of the free memory that a population may take."


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What a probe measured for a recipe."""

    width: int
    "Members to train side by side."
    seconds_per_step: float
    "One step of that many members."
    seconds_per_evaluation: float
    "One evaluation of that many members."
    steps_per_epoch: int
    bytes_per_member: int
    "Memory that one more member takes."

    @property
    def seconds_per_epoch(self) -> float:
        """One epoch of that many members with one evaluation."""
        return self.steps_per_epoch * self.seconds_per_step + self.seconds_per_evaluation


def probe(members: Sequence[Member], data: FoldTensors, *, now: Callable[[], float] = time.monotonic) -> Speed:
    """Measure a few steps at both ends, alone and all together, and take the width with the most member-steps a second that fits into memory.

    The networks that are trained here are thrown away.
    """
    alone = _measure(members[:1], data, now)
    fitting = max(int(MEMORY_SHARE * free_memory_bytes(data.device) / max(alone.bytes_per_member, 1)), 1)
    if len(members) == 1 or fitting == 1:
        return alone
    together = _measure(members[:fitting], data, now)
    return min(alone, together, key=lambda speed: speed.seconds_per_epoch / speed.width)


def unmeasured(members: Sequence[Member], data: FoldTensors) -> Speed:
    """The speed where no clock may steer: all members side by side, times unknown."""
    steps = Population(members[:1], data).steps_per_epoch
    return Speed(width=len(members), seconds_per_step=float("nan"), seconds_per_evaluation=float("nan"), steps_per_epoch=steps, bytes_per_member=0)


def _measure(members: Sequence[Member], data: FoldTensors, now: Callable[[], float]) -> Speed:
    before = _peak_memory_bytes(data.device)
    with torch.random.fork_rng(devices=[]):
        population = Population(members, data)
        for _ in range(WARM_STEPS):
            population.step_together(0.5)
        seconds_per_step = _seconds_per_step(population, now)
        seconds_per_evaluation = _seconds_per_evaluation(population, now)
    return Speed(
        width=len(members),
        seconds_per_step=seconds_per_step,
        seconds_per_evaluation=seconds_per_evaluation,
        steps_per_epoch=population.steps_per_epoch,
        bytes_per_member=(_peak_memory_bytes(data.device) - before) // len(members),
    )


def _seconds_per_step(population: Population, now: Callable[[], float]) -> float:
    """The median of some steps."""
    start = now()
    seconds: list[float] = []
    while len(seconds) < TIMED_STEPS and now() - start < TIMED_SECONDS:
        moment = now()
        float(population.step_together(0.5).sum())  # waits for the device
        seconds.append(now() - moment)
    return median(seconds)


def _seconds_per_evaluation(population: Population, now: Callable[[], float]) -> float:
    """Of all validation rows, as far as some of them tell."""
    rows = [population.data.validation_rows[member.fold] for member in population.members]
    shortest, longest = min(map(len, rows)), max(map(len, rows))
    some = torch.stack([part[: min(shortest, PROBED_ROWS)] for part in rows])
    start = now()
    population.predict(some).cpu()  # waits for the device
    return (now() - start) * longest / some.shape[1]


def free_memory_bytes(device: torch.device) -> int:
    """Memory that is free on the device now."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError):
        return 4 * 2**30  # a system that does not tell: assume little


def _peak_memory_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
