"""Plain stochastic gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from luthier.optim.layout import WeightLayout
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, shrinkage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sgd:
    """Stochastic gradient descent, step for step as `torch.optim.SGD`; it remembers nothing and has no settings.

    Without momentum an L2 penalty and decoupled weight decay are the same.
    """

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """Nothing."""
        return {}

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
        """Move the weights by one step."""
        rates, shrink = learning_rate.to(weights.dtype), shrinkage(weights, learning_rate, weight_decay, layout)
        for block in blocks(layout, weights):
            w, g = block.cut(weights, gradients)
            block.decay_(w, shrink)
            block.descend_(w, g, rates)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
