"""Gradient descent with Nesterov's momentum: the step looks one velocity ahead."""

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
class Nesterov:
    """Nesterov momentum, step for step as `torch.optim.SGD` with `nesterov=True`: weight decay is an L2 penalty, added to the gradient.

    Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
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
        for block, (total, ahead) in zip(planned, buffers(weights, planned, 2), strict=True):
            w, g, velocity = block.cut(weights, gradients, state["velocity"])
            g = block.penalized(g, w, decay, total)
            velocity.mul_(kept[block.rows]).add_(g)
            block.descend_(w, torch.addcmul(g, velocity, kept[block.rows], out=ahead), rates)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
