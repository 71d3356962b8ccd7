"""Architectures by name. A new one is a file of its own and one line here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import Any

import torch
from torch import nn

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets.mlp import Mlp, MlpSettings
from luthier.nets.realmlp import RealMlp, RealMlpSettings
from luthier.nets.residual_mlp import ResidualMlp, ResidualMlpSettings
from luthier.nets.tabm_mini import TabmMini, TabmMiniSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A kind of network and the record of its settings."""

    settings: type
    "Dataclass with a default for every setting."
    module: type[nn.Module]
    "Built from (settings, shape, outputs)."


ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(settings=MlpSettings, module=Mlp),
    "residual-mlp": Architecture(settings=ResidualMlpSettings, module=ResidualMlp),
    "realmlp": Architecture(settings=RealMlpSettings, module=RealMlp),
    "tabm-mini": Architecture(settings=TabmMiniSettings, module=TabmMini),
}
"""Every architecture by the name that a recipe gives it."""


def build(choice: Choice, shape: InputShape, outputs: int, *, seed: int) -> nn.Module:
    """The network that a recipe names, with weights that hang on the seed alone.

    Example:
        >>> net = build(Choice(name="mlp"), InputShape(numbers=3), 2, seed=0)
        >>> net(torch.zeros(5, 3), torch.zeros(5, 0, dtype=torch.long)).shape
        torch.Size([5, 2])

    Raises:
        SettingInvalid: the name or a setting is unknown.
    """
    architecture = _named(choice.name, ARCHITECTURES, part="architecture")
    settings = architecture.settings(**_known(choice, architecture.settings))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net: nn.Module = architecture.module(settings, shape, outputs)
    return net


def _known(choice: Choice, settings: type) -> dict[str, Any]:
    names = {field.name: None for field in fields(settings)}
    for name in choice.settings:
        _named(name, names, part=f"setting of {choice.name}")
    return dict(choice.settings)


def _named(name: str, known: dict[str, Any], *, part: str) -> Any:
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else f"Choose one of {', '.join(known)}."
    raise SettingInvalid(f"The {part} must be one that Luthier knows, but {name!r} came. {advice}")
