"""Resume points: the whole state of a training on the disk, so that a killed one goes on with the very next step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from luthier.core.files import whole_file
from luthier.fit.memory import Memory
from luthier.fit.pace import Pace
from luthier.fit.population import Population

EVERY_SECONDS = 3.0
"A kill loses no more of a training than this and one evaluation."


@dataclass(slots=True, kw_only=True)
class ResumePoint:
    """The last state of one training, in one file."""

    file: Path
    every_seconds: float = EVERY_SECONDS
    now: Callable[[], float] = time.monotonic
    seconds_before: float = 0.0
    "Seconds that the training had used when the state was written from which it goes on."
    _began: float = field(default=0.0)
    _last: float = field(default=float("-inf"))

    def __post_init__(self) -> None:
        self._began = self._last = self.now()

    def keep(self, population: Population, pace: Pace, memory: Sequence[Memory], alive: Sequence[int]) -> None:
        """Write the state after an evaluation, unless that was done a moment ago.

        Args:
            memory: of all members that began.
            alive: the positions of those that are still in the population.
        """
        if self.now() - self._last < self.every_seconds:
            return
        tensors = {f"population.{name}": tensor for name, tensor in population.tensors().items()}
        for place, entry in enumerate(memory):
            tensors |= {f"memory.{place}.{name}": tensor for name, tensor in entry.tensors().items()}
        facts = {
            "alive": list(alive),
            "step_number": population.step_number,
            "rows_seen": population.rows_seen,
            "pace": pace.facts(),
            "seconds": self.seconds_before + self.now() - self._began,
            "memory": [entry.facts() for entry in memory],
        }
        with whole_file(self.file) as file:
            file.write_bytes(save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, metadata={"facts": json.dumps(facts)}))
        self._last = self.now()

    def take_up(self, population: Population, pace: Pace) -> tuple[list[Memory], list[int]] | None:
        """Put population and pace back to where the file has them; None where there is no file."""
        if not self.file.is_file():
            return None
        with safe_open(self.file, framework="pt", device=str(population.data.device)) as opened:
            facts: dict[str, Any] = json.loads(opened.metadata()["facts"])
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 (it is no mapping)
        if len(facts["alive"]) < len(population.members):
            population.keep(facts["alive"])
        population.put_back(_under(tensors, "population."), step_number=facts["step_number"], rows_seen=facts["rows_seen"])
        pace.put_back(facts["pace"])
        self.seconds_before = facts["seconds"]
        memory = [Memory.restored(_under(tensors, f"memory.{place}."), entry) for place, entry in enumerate(facts["memory"])]
        return memory, facts["alive"]


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
