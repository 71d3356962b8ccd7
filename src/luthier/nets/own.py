"""A user's own network, among the architectures for as long as it is tuned."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, fields, make_dataclass
from typing import Any, TypeAlias

from torch import Tensor, nn

from luthier.core.errors import ModuleUnusable
from luthier.core.task import InputShape
from luthier.nets.registry import ARCHITECTURES, Architecture

ModuleFactory: TypeAlias = Callable[..., nn.Module]
"""Makes a network from keyword settings: a class, or a function."""


class OwnNet(nn.Module):
    """Calls a user's module.

    Shape: inputs [batch, ...] to [batch, classes]; a module that gives [batch] for a regression is given its last axis.
    """

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, inputs: Tensor) -> Tensor:
        values = self.module(inputs)
        return values.unsqueeze(-1) if values.dim() == 1 else values


def settings_of_factory(factory: ModuleFactory) -> Mapping[str, inspect.Parameter]:
    """The keyword settings that a factory takes, by name."""
    found = inspect.signature(factory).parameters
    return {name: one for name, one in found.items() if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)}


@contextmanager
def own_architecture(factory: ModuleFactory, searched: Mapping[str, Any]) -> Iterator[str]:
    """Within this block the factory is an architecture; gives its name.

    Args:
        searched: a first value for each setting that is searched.

    Raises:
        ModuleUnusable: a setting without a default is not searched.
    """
    name = getattr(factory, "__name__", type(factory).__name__)
    name = "network" if name == "<lambda>" else name
    name = f"own-{name}" if name in ARCHITECTURES else name
    record = make_dataclass("OwnSettings", _settings(factory, searched), frozen=True, kw_only=True)
    ARCHITECTURES[name] = Architecture(settings=record, module=lambda settings, shape, outputs: _build(factory, settings, shape))
    try:
        yield name
    finally:
        del ARCHITECTURES[name]


def _settings(factory: ModuleFactory, searched: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    settings = []
    for name, parameter in settings_of_factory(factory).items():
        default = searched.get(name, parameter.default)
        if default is inspect.Parameter.empty:
            raise ModuleUnusable(f"Every setting of the network needs a default or a place in the space, but {name!r} has neither. Give it one.")
        settings.append((name, object, field(default=default)))
    return settings


def _build(factory: ModuleFactory, settings: Any, shape: InputShape) -> nn.Module:
    return OwnNet(factory(**{one.name: getattr(settings, one.name) for one in fields(settings)}))
