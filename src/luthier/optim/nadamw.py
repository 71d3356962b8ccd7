"""NAdamW: AdamW that looks one step of momentum ahead."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.optim.adam_sweep import start_moments
from luthier.optim.hyperparameters import Hyperparameter, per_member, require_not_negative, require_positive, require_share
from luthier.optim.layout import WeightLayout
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, buffers, shrinkage


@dataclass(frozen=True, slots=True, kw_only=True)
class NAdamW:
    """NAdam with decoupled weight decay, step for step as `torch.optim.NAdam` with `decoupled_weight_decay=True`.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR workshop 2016.
    """

    beta1: Hyperparameter = 0.9
    "Decay a step of the mean of the gradients, [0, 1)."
    beta2: Hyperparameter = 0.999
    "Decay a step of the mean of the squared gradients, [0, 1)."
    eps: Hyperparameter = 1e-8
    "Added to the root of the mean square, more than 0."
    momentum_decay: Hyperparameter = 4e-3
    "How fast the momentum rises from half of beta1 to beta1: the missing half shrinks by 0.96 every 1 / momentum_decay steps."

    def __post_init__(self) -> None:
        require_share(beta1=self.beta1, beta2=self.beta2)
        require_positive(eps=self.eps)
        require_not_negative(momentum_decay=self.momentum_decay)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """Both running means, the number of steps, and the product of all momenta so far."""
        return {**start_moments(weights), "momenta": weights.new_ones(len(weights), 1, dtype=torch.float64)}

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
        shrink, planned = shrinkage(weights, learning_rate, weight_decay, layout), blocks(layout, weights)
        fresh, fresh_square, eps, gradient_rate, mean_rate = self._rates(weights, state, learning_rate)
        for block, (buffer, total) in zip(planned, buffers(weights, planned, 2), strict=True):
            w, g, mean, square = block.cut(weights, gradients, state["mean"], state["square"])
            block.decay_(w, shrink)
            mean.lerp_(g, fresh[block.rows])
            square.lerp_(torch.mul(g, g, out=buffer), fresh_square[block.rows])
            divisors = torch.sqrt(square, out=buffer).add_(eps[block.rows])
            ahead = torch.mul(g, gradient_rate[block.rows], out=total).addcmul_(mean, mean_rate[block.rows])
            block.descend_divided_(w, ahead, divisors)

    def _rates(self, weights: Tensor, state: State, learning_rate: Tensor) -> list[Tensor]:
        """Coefficients of this step, the bias corrections inside, as in `AdamRates`; counts the step."""
        steps = state["steps"].add_(1)
        beta1, beta2, slope = (per_member(value, weights) for value in (self.beta1, self.beta2, self.momentum_decay))
        momentum, ahead = (beta1 * (1 - 0.5 * 0.96 ** (count * slope)) for count in (steps, steps + 1))
        momenta = state["momenta"].mul_(momentum)
        root = (1 - beta2**steps).sqrt()
        rate = learning_rate.double() * root
        parts = (1 - beta1, 1 - beta2, per_member(self.eps, weights) * root, rate * (1 - momentum) / (1 - momenta), rate * ahead / (1 - momenta * ahead))
        return [part.to(weights.dtype) for part in parts]

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
