"""RMSprop: steps scaled by the root of a running mean of the squared gradient."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.optim.hyperparameters import Hyperparameter, per_member, require_positive, require_share
from luthier.optim.layout import WeightLayout
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, buffers, present


@dataclass(frozen=True, slots=True, kw_only=True)
class RmsProp:
    """RMSprop, step for step as `torch.optim.RMSprop`: weight decay is an L2 penalty, added to the gradient.

    Source: Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
    """

    alpha: Hyperparameter = 0.99
    "Decay a step of the mean of the squared gradients, [0, 1)."
    eps: Hyperparameter = 1e-8
    "Added to the root of the mean square, more than 0."
    momentum: Hyperparameter = 0.0
    "Share of the last step's velocity that is kept, [0, 1)."

    def __post_init__(self) -> None:
        require_share(alpha=self.alpha, momentum=self.momentum)
        require_positive(eps=self.eps)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """A mean square and a velocity of zero."""
        return {"square": torch.zeros_like(weights), "velocity": torch.zeros_like(weights)}

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
        """Move weights and state by one step."""
        rates, decay, planned = learning_rate.to(weights.dtype), present(weight_decay), blocks(layout, weights)
        fresh, kept, eps = (per_member(value, weights).to(weights.dtype) for value in (1 - self.alpha, self.momentum, self.eps))
        for block, (buffer, total) in zip(planned, buffers(weights, planned, 2), strict=True):
            w, g, square, velocity = block.cut(weights, gradients, state["square"], state["velocity"])
            g = block.penalized(g, w, decay, total)
            square.lerp_(torch.mul(g, g, out=buffer), fresh[block.rows])
            divisors = torch.sqrt(square, out=buffer).add_(eps[block.rows])
            velocity.mul_(kept[block.rows]).addcdiv_(g, divisors)
            block.descend_(w, velocity, rates)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
