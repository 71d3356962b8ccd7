"""Answers from an image and its mirror image."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.nets.images.pixels import Pixels


def mean_with_mirror(logits: Callable[[Tensor], Tensor], pixels: Pixels) -> Float[Tensor, "batch classes"]:
    """The mean of what a network says of each image and of the same image with left and right exchanged, in one call.

    Example:
        >>> pixels = torch.tensor([[[[0.0, 1.0]]]])
        >>> mean_with_mirror(lambda pixels: pixels[:, 0, 0], pixels)
        tensor([[0.5000, 0.5000]])
    """
    return logits(torch.cat([pixels, pixels.flip(-1)])).unflatten(0, (2, -1)).mean(0)
