"""Optimizers by name, and optimizers of many members made one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, fields, replace
from typing import Any

import torch
from jaxtyping import Int
from torch import Tensor

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.optim.adam import Adam
from luthier.optim.adamw import AdamW
from luthier.optim.choices import build_choice
from luthier.optim.momentum import Momentum
from luthier.optim.muon import Muon
from luthier.optim.nadamw import NAdamW
from luthier.optim.nesterov import Nesterov
from luthier.optim.optimizer import Optimizer
from luthier.optim.rmsprop import RmsProp
from luthier.optim.schedule_free import ScheduleFreeAdamW
from luthier.optim.sgd import Sgd

OPTIMIZERS: dict[str, type[Any]] = {
    "sgd": Sgd,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RmsProp,
    "adam": Adam,
    "adamw": AdamW,
    "nadamw": NAdamW,
    "muon": Muon,
    "schedule-free-adamw": ScheduleFreeAdamW,
}
"""Every optimizer by the name that a recipe gives it."""


def build_optimizer(choice: Choice) -> Optimizer:
    """The optimizer that a recipe names, for one member.

    Example:
        >>> build_optimizer(Choice(name="adamw", settings={"beta2": 0.95})).beta2
        0.95

    Raises:
        SettingInvalid: the name or a setting is unknown, or a value is not allowed.
    """
    optimizer: Optimizer = build_choice(choice, OPTIMIZERS, part="optimizer")
    return optimizer


def structure(optimizer: Optimizer) -> tuple[object, ...]:
    """What must be the same in all members of a population: the kind of optimizer and the settings that are not numbers over members."""
    settings: Any = optimizer
    return (type(settings), *(getattr(settings, field.name) for field in fields(settings) if not _varies(field)))


def stack_optimizers(optimizers: Sequence[Optimizer], *, device: torch.device | str = "cpu") -> Optimizer:
    """One optimizer for all members: every hyperparameter becomes a float64 tensor [members, 1].

    Members of one optimizer may be many already: their tensors are laid one after another.

    Raises:
        SettingInvalid: two optimizers differ in what `structure` names.
    """
    first: Any = optimizers[0]
    for other in optimizers:
        if structure(other) != structure(first):
            raise SettingInvalid(
                f"Members of one population must share the optimizer and its fixed settings, but {_described(first)} and {_described(other)} came."
            )
    return replace(first, **{name: torch.cat([_column(getattr(one, name), device) for one in optimizers]) for name in _varying(first)})


def select_members(optimizer: Optimizer, keep: Int[Tensor, " kept"]) -> Optimizer:
    """The optimizer of some of the members, in the order of `keep`."""
    settings: Any = optimizer
    columns = {name: getattr(settings, name) for name in _varying(settings)}
    return replace(settings, **{name: column[keep] for name, column in columns.items() if isinstance(column, Tensor)})


def _described(optimizer: Any) -> str:
    fixed = [f"{field.name}={getattr(optimizer, field.name)!r}" for field in fields(optimizer) if not _varies(field)]
    return f"{type(optimizer).__name__}({', '.join(fixed)})"


def _varying(optimizer: Any) -> list[str]:
    return [field.name for field in fields(optimizer) if _varies(field)]


def _varies(field: Field) -> bool:
    return field.type == "Hyperparameter"


def _column(value: float | Tensor, device: torch.device | str) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64, device=device).reshape(-1, 1)
