"""Progressive image size: a training begins on small images, where a step is cheap, and ends on whole ones."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import UInt8
from torch import Tensor

GROWN_AT = 0.6
"""Share of the training after which images have their full size: the last part is learned on what will be judged."""
MULTIPLE = 4
"""Sides on the way are multiples of so many pixels, so that a training sees few sizes."""
SMALLEST = 12
"""Pixels: no side is made smaller, for nets that halve it two or three times."""


def side_at(full: int, start: float, progress: float) -> int:
    """The side of the images after a share of the training, in pixels.

    Args:
        full: the side that the images have.
        start: share of it at the start.

    Example:
        >>> [side_at(32, 0.5, progress) for progress in (0.0, 0.2, 0.4, 0.6, 1.0)]
        [16, 20, 28, 32, 32]
    """
    share = start + (1 - start) * min(progress / GROWN_AT, 1.0)
    side = MULTIPLE * int(share * full / MULTIPLE + 0.5)
    return full if share >= 1 else min(max(side, SMALLEST), full)


def shrunk(pixels: UInt8[Tensor, "batch channel height width"], start: float, progress: float) -> Tensor:
    """The images in the size of this point of the training, each pixel the mean of those that it covers, those in the middle counting more."""
    size = [side_at(side, start, progress) for side in pixels.shape[2:]]
    if size == list(pixels.shape[2:]):
        return pixels
    values = pixels if pixels.device.type == "cpu" else pixels.float()  # only processors resize bytes
    resized = F.interpolate(values, size=size, mode="bilinear", antialias=True, align_corners=False)
    return resized if resized.dtype == torch.uint8 else resized.round().clamp(0, 255).to(torch.uint8)
