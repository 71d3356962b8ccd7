"""Architectures by name. A new one is a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets.mlp import Mlp, MlpSettings
from luthier.nets.realmlp import RealMlp, RealMlpSettings
from luthier.nets.residual_mlp import ResidualMlp, ResidualMlpSettings
from luthier.nets.settings import require_known, settings_of
from luthier.nets.tabm_mini import TabmMini, TabmMiniSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A kind of network and the record of its settings."""

    settings: type
    "Dataclass with a default for every setting."
    module: Callable[[Any, InputShape, int], nn.Module]
    "Built from (settings, shape, outputs)."


ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(settings=MlpSettings, module=Mlp),
    "residual-mlp": Architecture(settings=ResidualMlpSettings, module=ResidualMlp),
    "realmlp": Architecture(settings=RealMlpSettings, module=RealMlp),
    "tabm-mini": Architecture(settings=TabmMiniSettings, module=TabmMini),
}
"""Every architecture by the name that a recipe gives it."""

SHAPELESS_SETTINGS = frozenset({"dropout", "hidden_dropout", "sigma"})
"""Settings that change no shape and no operation: members of one population may differ in them."""


def build(choice: Choice, shape: InputShape, outputs: int, *, seed: int) -> nn.Module:
    """The network that a recipe names, with weights that hang on the seed alone.

    Example:
        >>> net = build(Choice(name="mlp"), InputShape(numbers=3), 2, seed=0)
        >>> net(torch.zeros(5, 3), torch.zeros(5, 0, dtype=torch.long)).shape
        torch.Size([5, 2])

    Raises:
        SettingInvalid: the name or a setting is unknown, or a setting is outside its range.
    """
    require_known(choice.name, ARCHITECTURES, part="architecture")
    architecture = ARCHITECTURES[choice.name]
    settings = settings_of(choice, architecture.settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net: nn.Module = architecture.module(settings, shape, outputs)
    return net
