"""Architectures by name. A new one is a file of its own and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import InputShape, PixelShape
from luthier.nets.images import (
    Backbone,
    BackboneSettings,
    FastCnn,
    FastCnnSettings,
    ResidualCnn,
    ResidualCnnSettings,
    ResNet,
    ResNetSettings,
    WideResNet,
    WideResNetSettings,
)
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
    module: Callable[[Any, Any, int], nn.Module]
    "Built from (settings, shape, outputs)."
    sees: type[InputShape] | type[PixelShape] = InputShape
    "Rows of a table, or images: the kind of shape that it is built from."


ARCHITECTURES: dict[str, Architecture] = {
    "mlp": Architecture(settings=MlpSettings, module=Mlp),
    "residual-mlp": Architecture(settings=ResidualMlpSettings, module=ResidualMlp),
    "realmlp": Architecture(settings=RealMlpSettings, module=RealMlp),
    "tabm-mini": Architecture(settings=TabmMiniSettings, module=TabmMini),
    "fast-cnn": Architecture(settings=FastCnnSettings, module=FastCnn, sees=PixelShape),
    "residual-cnn": Architecture(settings=ResidualCnnSettings, module=ResidualCnn, sees=PixelShape),
    "resnet": Architecture(settings=ResNetSettings, module=ResNet, sees=PixelShape),
    "wide-resnet": Architecture(settings=WideResNetSettings, module=WideResNet, sees=PixelShape),
    "backbone": Architecture(settings=BackboneSettings, module=Backbone, sees=PixelShape),
}
"""Every architecture by the name that a recipe gives it."""

_SEEN: dict[type, str] = {InputShape: "rows of a table", PixelShape: "images"}

SHAPELESS_SETTINGS = frozenset({"dropout", "hidden_dropout", "sigma"})
"""Settings that change no shape and no operation: members of one population may differ in them."""


def architectures_that_see(shape: type[InputShape] | type[PixelShape]) -> tuple[str, ...]:
    """Names of the architectures for rows of a table, or of those for images.

    Example:
        >>> architectures_that_see(InputShape)
        ('mlp', 'residual-mlp', 'realmlp', 'tabm-mini')
    """
    return tuple(name for name, architecture in ARCHITECTURES.items() if architecture.sees is shape)


def build(choice: Choice, shape: InputShape | PixelShape, outputs: int, *, seed: int) -> nn.Module:
    """The network that a recipe names, with weights that hang on the seed alone.

    Example:
        >>> net = build(Choice(name="mlp"), InputShape(numbers=3), 2, seed=0)
        >>> net(torch.zeros(5, 3), torch.zeros(5, 0, dtype=torch.long)).shape
        torch.Size([5, 2])

    Raises:
        SettingInvalid: the name or a setting is unknown, a setting is outside its range, or the architecture sees data of another kind.
    """
    fitting = architectures_that_see(type(shape))
    if choice.name in ARCHITECTURES and choice.name not in fitting:
        came, seen = (_SEEN[kind] for kind in (type(shape), ARCHITECTURES[choice.name].sees))
        raise SettingInvalid(f"The architecture must be one for {came}, but {choice.name!r} came, which sees {seen}. Choose one of {', '.join(fitting)}.")
    require_known(choice.name, fitting, part="architecture")
    architecture = ARCHITECTURES[choice.name]
    settings = settings_of(choice, architecture.settings)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net: nn.Module = architecture.module(settings, shape, outputs)
    return net
