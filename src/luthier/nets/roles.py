"""What an optimizer must know about each parameter of a network."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """How one parameter is trained."""

    learning_rate_factor: float = 1.0
    "Times the learning rate of the recipe."
    decays: bool = True
    "True where weight decay applies."
    is_matrix: bool = False
    "True for a hidden weight matrix, which Muon orthogonalizes."


def roles(net: nn.Module) -> dict[str, Role]:
    """The role of every parameter by its name.

    A net may say so itself, with a method `roles`. The rule for all others: vectors and biases do not decay, and the weights of all
    `nn.Linear` but the last are hidden matrices.
    """
    own = getattr(net, "roles", None)
    if callable(own):
        return dict(own())
    linear = [f"{name}.weight" for name, module in net.named_modules() if isinstance(module, nn.Linear)]
    hidden = set(linear[:-1])
    return {name: Role(decays=parameter.dim() >= 2 and not name.endswith("bias"), is_matrix=name in hidden) for name, parameter in net.named_parameters()}
