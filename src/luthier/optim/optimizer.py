"""What an optimizer is: settings that may differ between members, and a step on the matrix of all weights."""

from __future__ import annotations

from typing import Protocol, TypeAlias, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from luthier.optim.layout import WeightLayout

State: TypeAlias = dict[str, Tensor]
"""What an optimizer remembers: tensors whose first axis is the members."""


@runtime_checkable
class Optimizer(Protocol):
    """The settings of an optimizer, each a number or a tensor [members, 1]; all that moves is in the state.

    Laws, kept by every optimizer:
    - A row of the matrix steps as it would alone; no member sees another.
    - Every tensor of the state has the members axis first: index-selecting weights, state and settings drops members and changes no other.
    - Gradients are not changed. Weights and state are changed in place; no random numbers.
    - Each parameter moves by its own factor times the member's learning rate, and decays only where its slot says so.
    """

    def start(self, weights: Float[Tensor, "members parameters"]) -> State:
        """The state before the first step from these weights."""
        ...

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
        """Move weights and state by one step.

        Args:
            weights: changed in place.
            gradients: taken at `weights`.
            state: what `start` gave, changed in place.
            learning_rate: of this step, the schedule's factor inside.
            weight_decay: of this step. Decoupled (times the learning rate) or an L2 penalty (added to the gradient), as each optimizer says;
                the choice is PyTorch's for the optimizer of that name.
            layout: which columns are which parameter, with its factor, whether it decays and whether it is a matrix.
        """
        ...

    def weights_to_judge(self, weights: Float[Tensor, "members parameters"], state: State) -> Float[Tensor, "members parameters"]:
        """The weights that predict: `weights` itself, except where the optimizer keeps an average of its own."""
        ...
