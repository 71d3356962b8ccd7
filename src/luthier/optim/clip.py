"""Bound the gradient of every member by its own norm."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def clip_members_(gradients: Float[Tensor, "members parameters"], largest: Float[Tensor, "members 1"]) -> Float[Tensor, " members"]:
    """Shrink, in place, the gradient of each member whose norm is above its largest; gives the norms before.

    A largest of 0 is no bound. The bound is that of `torch.nn.utils.clip_grad_norm_`, a row at a time.
    """
    norms = torch.linalg.vector_norm(gradients, dim=1)
    limits = largest.to(norms.dtype)[:, 0]
    scales = torch.where(limits > 0, limits / (norms + 1e-6), torch.inf).clamp(max=1)
    if gradients.device.type != "cpu":
        gradients.mul_(scales[:, None])
        return norms
    for member, scale in enumerate(scales.tolist()):  # most rows need no change, and a CPU is quick to ask
        if scale != 1:
            gradients[member].mul_(scale)
    return norms
