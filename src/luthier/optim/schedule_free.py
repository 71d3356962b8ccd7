"""Schedule-Free AdamW: an average of the weights takes the place of a falling learning rate."""

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
class ScheduleFreeAdamW:
    """Schedule-Free AdamW, for a constant learning rate after a warmup.

    Three points: z takes the steps, x is the weighted mean of all z, and gradients are taken at y = (1 - beta1) z + beta1 x.
    The matrix of weights holds y, the state holds z, and x, which predicts, follows from both.
    The weight of z in the mean is the square of the largest learning rate so far, and bias correction stands under the root, both as in the
    authors' program `schedulefree` 1.4; the paper has the current learning rate with the bias correction in it.

    Source: Defazio et al., "The Road Less Scheduled", arXiv 2405.15682.
    """

    beta1: Hyperparameter = 0.9
    "How far gradients are taken from z towards x; more than 0 and less than 1, larger for long trainings."
    beta2: Hyperparameter = 0.999
    "Decay a step of the mean of the squared gradients, [0, 1)."
    eps: Hyperparameter = 1e-8
    "Added to the root of the mean square, more than 0."

    def __post_init__(self) -> None:
        require_share(beta1=self.beta1, beta2=self.beta2)
        require_positive(beta1=self.beta1, eps=self.eps)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """All three points are the weights; nothing has been averaged."""
        column = weights.new_zeros(len(weights), 1, dtype=torch.float64)
        counts = {name: column.clone() for name in ("steps", "largest_rate", "weight_sum")}
        return {"stepped": weights.clone(), "square": torch.zeros_like(weights), **counts}

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
        decay, planned = present(weight_decay), blocks(layout, weights)
        fresh, eps, root, share, slow_rate, rate = self._rates(weights, state, learning_rate)
        for block, (buffer,) in zip(planned, buffers(weights, planned, 1), strict=True):
            y, g, z, square = block.cut(weights, gradients, state["stepped"], state["square"])
            square.lerp_(torch.mul(g, g, out=buffer), fresh[block.rows])
            divisors = torch.sqrt(square, out=buffer).add_(eps[block.rows])
            direction = torch.div(g, divisors, out=buffer).mul_(root[block.rows])
            direction = block.penalized(direction, y, decay, buffer)
            y.lerp_(z, share[block.rows])
            block.descend_(y, direction, slow_rate)
            block.descend_(z, direction, rate)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The mean x of all points that z has been at."""
        return weights.lerp(state["stepped"], (1 - 1 / per_member(self.beta1, weights)).to(weights.dtype))

    def _rates(self, weights: Tensor, state: State, learning_rate: Tensor) -> list[Tensor]:
        """Coefficients of this step in the weights' dtype; counts the step and moves the weights of the mean."""
        steps, rate = state["steps"].add_(1), learning_rate.double()
        beta1, beta2 = per_member(self.beta1, weights), per_member(self.beta2, weights)
        largest = torch.maximum(state["largest_rate"], rate, out=state["largest_rate"])
        total = state["weight_sum"].add_(largest**2)
        share = torch.where(total > 0, largest**2 / total, 0.0)
        root = (1 - beta2**steps).sqrt()
        parts = (1 - beta2, per_member(self.eps, weights) * root, root, share, rate * (1 - beta1 * (1 - share)), rate)
        return [part.to(weights.dtype) for part in parts]
