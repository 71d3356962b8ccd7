"""Gradient descent with momentum: the step is a decaying sum of gradients."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.optim.hyperparameters import Hyperparameter, per_member, require_share
from luthier.optim.layout import WeightLayout
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, buffers, present


@dataclass(frozen=True, slots=True, kw_only=True)
class Momentum:
    """Heavy-ball momentum, step for step as `torch.optim.SGD` with `momentum`: weight decay is an L2 penalty, added to the gradient.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    momentum: Hyperparameter = 0.9
    "Share of the last step's velocity that is kept, [0, 1)."

    def __post_init__(self) -> None:
        require_share(momentum=self.momentum)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """A velocity of zero."""
        return {"velocity": torch.zeros_like(weights)}

    def step_(
        self,
        weights: Float[Tensor, "members parameters"],
        gradients: Float[Tensor, "members parameters"],
        state: State,
        *,
        learning_rate: Float[Tensor, "members 1"],
        weight_decay: Float[Tensor, "members 1"],
        layout: WeightLayout,
    ) -> None:
        """Move weights and velocity by one step."""
        kept, rates = per_member(self.momentum, weights).to(weights.dtype), learning_rate.to(weights.dtype)
        decay, planned = present(weight_decay), blocks(layout, weights)
        for block, (total,) in zip(planned, buffers(weights, planned, 1), strict=True):
            w, g, velocity = block.cut(weights, gradients, state["velocity"])
            velocity.mul_(kept[block.rows]).add_(block.penalized(g, w, decay, total))
            block.descend_(w, velocity, rates)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
