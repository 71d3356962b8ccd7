"""A moving average of the weights, which often predicts better than the weights do."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.optim.hyperparameters import Hyperparameter, per_member, require_share
from luthier.optim.optimizer import State


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightAverage:
    """Exponential moving average of all members' weights, a decay a member.

    Bias-corrected: after t steps the weights of step s count in proportion to decay^(t - s), and those before the first step not at all.
    A decay of 0 gives the weights themselves.
    """

    decay: Hyperparameter = 0.99
    "Decay a step, [0, 1)."

    def __post_init__(self) -> None:
        require_share(decay=self.decay)

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """The average before the first step is the weights."""
        return {"average": weights.clone(), "steps": weights.new_zeros(len(weights), 1, dtype=torch.float64)}

    def update_(self, state: State, weights: Float[Tensor, "members parameters"]) -> None:
        """Take the weights after a step into the average."""
        decay, steps = per_member(self.decay, weights), state["steps"].add_(1)
        state["average"].lerp_(weights, ((1 - decay) / (1 - decay**steps)).to(weights.dtype))

    def weights_to_judge(self, state: State) -> Float[Tensor, "members parameters"]:
        """The average."""
        return state["average"]
