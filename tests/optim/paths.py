"""A little training problem, and the path that weights take on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from luthier.core.recipe import Choice, Setting
from luthier.optim import Optimizer, WeightLayout, build_optimizer, stack_optimizers


@dataclass(frozen=True, kw_only=True)
class Role:
    learning_rate_factor: float = 1.0
    decays: bool = True
    is_matrix: bool = False


ROLES = {
    "wide": Role(is_matrix=True),
    "bias": Role(decays=False, learning_rate_factor=0.1),
    "tall": Role(is_matrix=True),
    "twin": Role(is_matrix=True),
    "head": Role(),
}
LAYOUT = WeightLayout.from_shapes({"wide": (4, 7), "bias": (5,), "tall": (6, 3), "twin": (4, 7), "head": (2, 3)}, ROLES)
RATES = (0.01, 0.03)
DECAYS = (0.1, 0.4)


def start_weights(members: int, *, size: int = LAYOUT.size, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(members, size, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).to(dtype)


def slope(weights: Tensor, step: int, columns: Tensor | None = None) -> Tensor:
    """Gradient of a quadratic bowl with a push that changes from step to step."""
    columns = torch.arange(weights.shape[-1]) if columns is None else columns
    curvature = 0.1 + columns.to(weights.dtype) % 5
    return curvature * weights + 0.3 * torch.sin((step + 1.0) * (1 + columns)).to(weights.dtype)


def stacked(name: str, settings: Sequence[Mapping[str, Setting]]) -> Optimizer:
    return stack_optimizers([build_optimizer(Choice(name=name, settings=one)) for one in settings])


def column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


def walk(
    optimizer: Optimizer, weights: Tensor, *, rates: Sequence[float] = RATES, decays: Sequence[float] = DECAYS, layout: WeightLayout = LAYOUT, steps: int = 25
) -> Tensor:
    """The weights that predict after some steps."""
    weights = weights.clone()
    state = optimizer.start(weights)
    for step in range(steps):
        optimizer.step_(weights, slope(weights, step), state, learning_rate=column(rates), weight_decay=column(decays), layout=layout)
    return optimizer.weights_to_judge(weights, state)


def torch_walk(
    build: Callable[[list[dict[str, object]]], torch.optim.Optimizer], row: Tensor, *, rate: float, decay: float, layout: WeightLayout = LAYOUT, steps: int = 25
) -> Tensor:
    """The same walk of one member by an optimizer of PyTorch, with a group of its own for every parameter."""
    views = layout.views(row.clone()[None])
    parameters = {name: torch.nn.Parameter(view[0].clone()) for name, view in views.items()}
    optimizer = build(
        [{"params": [parameters[slot.name]], "lr": rate * slot.learning_rate_factor, "weight_decay": decay * slot.decays} for slot in layout.slots]
    )
    for step in range(steps):
        for slot in layout.slots:
            columns = torch.arange(*slot.span).view(slot.shape)
            parameters[slot.name].grad = slope(parameters[slot.name].detach(), step, columns)
        optimizer.step()
    return torch.cat([parameters[slot.name].detach().flatten() for slot in layout.slots])
