"""BatchNorm over images, with no more state than it needs."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class BatchNorm(nn.Module):
    """Every channel to mean 0 and variance 1 over the batch and its places, then scaled and shifted.

    In evaluation the running statistics stand in for those of the batch. They are changed in place, in whatever buffers the call is made
    with, so a population of one keeps its own. There is no count of batches: a buffer of whole numbers could be neither averaged nor
    exchanged in an exported graph. Parameters and buffers are named as in `torch.nn.BatchNorm2d`.

    Source: Ioffe, Szegedy, "Batch Normalization", arXiv 1502.03167.

    Args:
        channels: feature maps.
        scaled: False leaves out the trained scale.
        memory: share of a running statistic that one batch leaves as it was, [0, 1).
        epsilon: added to the variance; a channel that is constant in a batch stays finite.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int, *, scaled: bool = True, memory: float = 0.9, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels)) if scaled else None
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self._memory, self._epsilon = memory, epsilon

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
        fresh = 1 - self._memory
        return F.batch_norm(features, self.running_mean, self.running_var, self.weight, self.bias, self.training, fresh, self._epsilon)
