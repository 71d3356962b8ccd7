"""Memory: what is remembered of a member while it trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Outcome(StrEnum):
    """How a member's training ended."""

    FINISHED = "finished"
    STOPPED_EARLY = "stopped early"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry:
    """The rest of a schedule, run through in a few steps."""

    step: int
    "Where it began."
    progress: float
    "Of the schedule, there."
    steps: int
    "How many are left from there."

    def at(self, step: float) -> float:
        """Progress at a step."""
        return min(self.progress + (1.0 - self.progress) * (step - self.step) / self.steps, 1.0)


@dataclass(slots=True)
class Memory:
    """A member's best so far, its curve, and how it fares."""

    weights: Tensor
    buffers: Mapping[str, Tensor]
    "What the network stores beside its weights, as it was at the best."
    error: float = float("inf")
    predictions: np.ndarray = field(default_factory=lambda: np.empty(0))
    best_epoch: float = 0.0
    best_step: int = 0
    hurry: Hurry | None = None
    since_best: int = 0
    rollbacks: int = 0
    outcome: Outcome = Outcome.FINISHED
    epochs: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def remember(self, *, epoch: float, step: int, loss: float, error: float) -> bool:
        """Take in an evaluation; True where it is the best so far."""
        self.epochs.append(epoch)
        self.losses.append(loss)
        self.errors.append(error)
        self.since_best += 1
        if error > self.error or not np.isfinite(error):
            return False
        self.error, self.best_epoch, self.best_step, self.since_best = error, epoch, step, 0  # the later one on ties, as RealMLP does
        return True

    def tensors(self) -> dict[str, Tensor]:
        """Its large parts."""
        buffers = {f"buffer.{name}": buffer for name, buffer in self.buffers.items()}
        return {"weights": self.weights, "predictions": torch.from_numpy(np.ascontiguousarray(self.predictions)), **buffers}

    def facts(self) -> dict[str, Any]:
        """The rest, as plain JSON."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {**plain, "outcome": self.outcome.value, "hurry": asdict(self.hurry) if self.hurry is not None else None}

    @classmethod
    def restored(cls, tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> Memory:
        """The memory that `tensors` and `facts` wrote."""
        hurry = Hurry(**facts["hurry"]) if facts["hurry"] is not None else None
        buffers = {name.removeprefix("buffer."): tensor for name, tensor in tensors.items() if name.startswith("buffer.")}
        plain = {name: facts[name] for name in _PLAIN}
        return cls(tensors["weights"], buffers, predictions=tensors["predictions"].numpy(), hurry=hurry, outcome=Outcome(facts["outcome"]), **plain)


_PLAIN = ("error", "best_epoch", "best_step", "since_best", "rollbacks", "epochs", "losses", "errors")
