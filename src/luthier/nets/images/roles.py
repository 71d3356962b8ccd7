"""How the parameters of a convolutional network are trained."""

from __future__ import annotations

from torch import nn

from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.roles import Role


def convolutional_roles(net: nn.Module, *, norm_bias_rate: float = 1.0, body_rate: float = 1.0) -> dict[str, Role]:
    """Filters are matrices for Muon, those of one channel each excepted; scales and biases do not decay.

    Args:
        norm_bias_rate: learning rate of the shifts of every `BatchNorm`, times the recipe's.
        body_rate: learning rate of all that is named `body`, times the recipe's.
    """
    filters = {f"{name}.weight" for name, part in net.named_modules() if isinstance(part, nn.Conv2d) and part.groups == 1}
    shifts = {f"{name}.bias" for name, part in net.named_modules() if isinstance(part, BatchNorm)}

    def rate(name: str) -> float:
        return (norm_bias_rate if name in shifts else 1.0) * (body_rate if name.startswith("body.") else 1.0)

    return {name: Role(learning_rate_factor=rate(name), decays=parameter.dim() >= 2, is_matrix=name in filters) for name, parameter in net.named_parameters()}
