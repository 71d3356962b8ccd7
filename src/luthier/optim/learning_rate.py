"""Schedules by name, for one recipe or for the members of a population."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from luthier.core.recipe import Choice
from luthier.optim.choices import build_choice
from luthier.optim.schedules import Constant, Cosine, CosLog4, FlatCosine, Linear, OneCycle, ReduceOnPlateau, Step, WarmupStableDecay

SCHEDULES: dict[str, type] = {
    "constant": Constant,
    "step": Step,
    "linear": Linear,
    "cosine": Cosine,
    "warmup-stable-decay": WarmupStableDecay,
    "flat-cos": FlatCosine,
    "coslog4": CosLog4,
    "one-cycle": OneCycle,
    "reduce-on-plateau": ReduceOnPlateau,
}
"""Every schedule by the name that a recipe gives it."""


@runtime_checkable
class Schedule(Protocol):
    """The settings of a schedule, each a number or a tensor [members]."""

    def factor(self, progress: Tensor) -> Tensor:
        """Factor of the peak learning rate at each progress in [0, 1]; pure, element by element."""
        ...


def build_schedule(choice: Choice) -> Schedule:
    """The schedule that a recipe names.

    Raises:
        SettingInvalid: the name or a setting is unknown, or a value is not allowed.
    """
    schedule: Schedule = build_choice(choice, SCHEDULES, part="schedule")
    return schedule


def learning_rate_factor(choice: Choice, progress: float | Tensor) -> float | Tensor:
    """Factor of the peak learning rate when a share `progress` of the training is done: a float for a float, a tensor for a tensor.

    Example:
        >>> learning_rate_factor(Choice(name="linear", settings={"warmup": 0.2}), 0.6)
        0.5
    """
    schedule = build_schedule(choice)
    if isinstance(progress, Tensor):
        return schedule.factor(progress)
    return float(schedule.factor(torch.tensor(progress, dtype=torch.float64)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleStack:
    """The schedules of the members of a population: those of one kind are computed together.

    Example:
        >>> stack = ScheduleStack.of([Choice(name="constant"), Choice(name="linear")])
        >>> stack.factors(torch.tensor([0.5, 0.5])).tolist()
        [1.0, 0.5]
    """

    choices: tuple[Choice, ...]
    "One a member."
    groups: tuple[tuple[Tensor, Schedule], ...]
    "Numbers of the members with one kind of schedule, and that schedule with settings over them."

    @classmethod
    def of(cls, choices: Sequence[Choice], *, device: torch.device | str = "cpu") -> ScheduleStack:
        """The stack of these choices, one a member."""
        kinds: dict[type, dict[int, Schedule]] = {}
        for member, choice in enumerate(choices):
            schedule = build_schedule(choice)
            kinds.setdefault(type(schedule), {})[member] = schedule
        groups = [(torch.tensor(list(found), device=device), _stacked(list(found.values()), device)) for found in kinds.values()]
        return cls(choices=tuple(choices), groups=tuple(groups))

    def factors(self, progress: Float[Tensor, " members"]) -> Float[Tensor, " members"]:
        """Each member's factor at its own progress."""
        if len(self.groups) == 1:
            return self.groups[0][1].factor(progress).to(progress.dtype)
        factors = torch.empty_like(progress)
        for members, schedule in self.groups:
            factors[members] = schedule.factor(progress[members]).to(progress.dtype)
        return factors

    def select(self, keep: Int[Tensor, " kept"]) -> ScheduleStack:
        """The schedules of some of the members, in the order of `keep`."""
        return ScheduleStack.of([self.choices[member] for member in keep.tolist()], device=keep.device)


def _stacked(schedules: list[Schedule], device: torch.device | str) -> Schedule:
    first = schedules[0]
    columns = {field.name: torch.tensor([getattr(one, field.name) for one in schedules], dtype=torch.float64, device=device) for field in fields(first)}  # type: ignore[arg-type]
    return type(first)(**columns)
