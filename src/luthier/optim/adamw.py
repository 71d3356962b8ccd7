"""AdamW: Adam with weight decay that does not pass through the running means."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jaxtyping import Float
from torch import Tensor

from luthier.optim.adam_sweep import adam_rates, adam_sweep_, start_moments
from luthier.optim.hyperparameters import Hyperparameter, require_positive, require_share
from luthier.optim.layout import WeightLayout
from luthier.optim.optimizer import State
from luthier.optim.sweep import blocks, shrinkage


@dataclass(frozen=True, slots=True, kw_only=True)
class AdamW:
    """AdamW, step for step as `torch.optim.AdamW`.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", arXiv 1711.05101.
    """

    beta1: Hyperparameter = 0.9
    "Decay a step of the mean of the gradients, [0, 1)."
    beta2: Hyperparameter = 0.999
    "Decay a step of the mean of the squared gradients, [0, 1)."
    eps: Hyperparameter = 1e-8
    "Added to the root of the mean square, more than 0."

    def __post_init__(self) -> None:
        require_share(beta1=self.beta1, beta2=self.beta2)
        require_positive(eps=self.eps)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """Both running means, and the number of steps."""
        return start_moments(weights)

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
        rates = adam_rates(weights, state["steps"].add_(1), learning_rate=learning_rate, beta1=self.beta1, beta2=self.beta2, eps=self.eps)
        rates = replace(rates, shrinkage=shrinkage(weights, learning_rate, weight_decay, layout))
        adam_sweep_(blocks(layout, weights), weights, gradients, state, rates)

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights themselves."""
        return weights
