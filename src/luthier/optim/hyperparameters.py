"""Hyperparameters: a number for all members, or a tensor with one for each."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor

from luthier.core.errors import SettingInvalid

Hyperparameter: TypeAlias = int | float | Tensor
"""A number, or a tensor [members, 1]."""


def per_member(value: Hyperparameter, weights: Tensor) -> Tensor:
    """The hyperparameter as float64 [members, 1] beside the weights.

    Float64, because 1 - beta in float32 is wrong in the fifth digit where beta is near 1.
    """
    return torch.as_tensor(value, dtype=torch.float64, device=weights.device).expand(len(weights), 1)


def require_not_negative(**values: Hyperparameter) -> None:
    """Raise `SettingInvalid` for a value below 0."""
    for name, value in values.items():
        _require(name, value, torch.as_tensor(value) >= 0, "0 or more")


def require_positive(**values: Hyperparameter) -> None:
    """Raise `SettingInvalid` for a value that is not more than 0."""
    for name, value in values.items():
        _require(name, value, torch.as_tensor(value) > 0, "more than 0")


def require_share(**values: Hyperparameter) -> None:
    """Raise `SettingInvalid` for a value outside [0, 1)."""
    for name, value in values.items():
        number = torch.as_tensor(value)
        _require(name, value, (number >= 0) & (number < 1), "in [0, 1)")


def _require(name: str, value: Hyperparameter, holds: Tensor, required: str) -> None:
    if not holds.all():
        came = value.flatten().tolist() if isinstance(value, Tensor) else value
        raise SettingInvalid(f"{name} must be {required}, but {came!r} came.")
