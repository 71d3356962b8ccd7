"""Controls: what steers a population's optimizer, read off its members' recipes, one value a member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.core.recipe import Choice, Member
from luthier.optim import Optimizer, Plateau, ReduceOnPlateau, ScheduleStack, WeightAverage, build_optimizer, build_schedule, stack_optimizers


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """Settings over members; nothing in here changes while they train."""

    optimizer: Optimizer
    schedules: ScheduleStack
    regularization: ScheduleStack | None
    "Schedules of dropout and weight decay; None where all are constant."
    average: WeightAverage | None
    "None where no member averages its weights."
    learning_rate: Float[Tensor, "members 1"]
    weight_decay: Float[Tensor, "members 1"]
    l1: Float[Tensor, "members 1"] | None
    "L1 penalties; None where there is none."
    largest_gradient: Float[Tensor, "members 1"] | None
    "None where no member's gradient is clipped."
    smoothing: Float[Tensor, " members"] | None
    "Label smoothing; None where there is none."

    @classmethod
    def of(cls, members: Sequence[Member], device: torch.device) -> Controls:
        """The settings of these members."""
        recipes = [member.recipe for member in members]
        column = {
            name: torch.tensor([[getattr(recipe, name)] for recipe in recipes], device=device)
            for name in ("learning_rate", "weight_decay", "l1", "gradient_clip", "label_smoothing", "ema_decay")
        }
        regularization = [recipe.regularization for recipe in recipes]
        return cls(
            optimizer=stack_optimizers([build_optimizer(recipe.optimizer) for recipe in recipes], device=device),
            schedules=ScheduleStack.of([recipe.schedule for recipe in recipes], device=device),
            regularization=None if all(choice.name == "constant" for choice in regularization) else ScheduleStack.of(regularization, device=device),
            average=WeightAverage(decay=column["ema_decay"]) if column["ema_decay"].any() else None,
            learning_rate=column["learning_rate"],
            weight_decay=column["weight_decay"],
            l1=column["l1"] if column["l1"].any() else None,
            largest_gradient=column["gradient_clip"] if column["gradient_clip"].any() else None,
            smoothing=column["label_smoothing"].squeeze(1) if column["label_smoothing"].any() else None,
        )


def plateau_of(schedule: Choice, *, members: int, device: torch.device) -> Plateau | None:
    """The memory of a reduce-on-plateau schedule; None for every other schedule."""
    if schedule.name != "reduce-on-plateau":
        return None
    settings = build_schedule(schedule)
    assert isinstance(settings, ReduceOnPlateau)
    return Plateau.start(settings, members=members, device=device)
