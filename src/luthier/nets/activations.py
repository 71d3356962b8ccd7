"""Activations by name, and the parametric form of RealMLP."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "selu": F.selu, "mish": F.mish, "silu": F.silu, "gelu": F.gelu}
"""Every activation by the name that a recipe gives it."""


def activation_named(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of that name.

    Raises:
        SettingInvalid: there is none.
    """
    if name not in ACTIVATIONS:
        raise SettingInvalid(f"The activation must be one of {', '.join(ACTIVATIONS)}, but {name!r} came.")
    return ACTIVATIONS[name]


class ParametricActivation(nn.Module):
    """x + a (f(x) - x) with a learned a for every unit, 1 at the start: between the activation and the identity, and beyond.

    Source: RealMLP, arXiv 2407.04491.
    """

    def __init__(self, name: str, features: int) -> None:
        super().__init__()
        self.function = activation_named(name)
        self.share = nn.Parameter(torch.ones(features))

    def forward(self, features: Float[Tensor, "batch features"]) -> Float[Tensor, "batch features"]:
        return torch.lerp(features, self.function(features), self.share)
