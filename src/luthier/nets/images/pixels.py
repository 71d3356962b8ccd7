"""PixelInput: the first part of every network for images, from pixels to standardized numbers."""

from __future__ import annotations

from typing import TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from luthier.core.task import PixelShape

Levels: TypeAlias = UInt8[Tensor, "rows channel height width"]
"""Images as they are stored: 0 to 255."""
Pixels: TypeAlias = UInt8[Tensor, "batch channel height width"] | Float[Tensor, "batch channel height width"]
"""Images as a network takes them: levels of 0 to 255, or floating numbers of 0 to 1."""

SMALLEST_DEVIATION = 1 / 255
"A channel that varies by less than one level is not blown up."
ROWS_A_PART = 256
"Images that are made floating at one time while a channel's statistics are taken."


class PixelInput(nn.Module):
    """Pixels minus the mean of their channel, by its deviation, in float32; autocast rounds where it multiplies.

    Shape: pixels [batch, channel, height, width] to the same.

    Args:
        mean: of every channel, 0 to 1.
        deviation: of every channel.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: tuple[float, ...], deviation: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean)[:, None, None])
        self.register_buffer("deviation", torch.tensor(deviation)[:, None, None])

    @classmethod
    def for_shape(cls, shape: PixelShape) -> PixelInput:
        """An input that knows nothing of its images yet."""
        return cls((0.5,) * shape.channels, (0.25,) * shape.channels)

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch ..."]:
        shares = pixels.float() if pixels.is_floating_point() else pixels.float() / 255
        return (shares - self.mean) / self.deviation

    @torch.no_grad()
    def initialize_(self, levels: Levels) -> None:
        """Take mean and deviation of every channel from some training images."""
        sums, squares = torch.zeros(2, levels.shape[1], dtype=torch.float64)
        for part in levels.split(ROWS_A_PART):
            shares = part.float() / 255
            sums += shares.sum(dim=(0, 2, 3)).double()
            squares += shares.square().sum(dim=(0, 2, 3)).double()
        mean = sums * levels.shape[1] / levels.numel()
        variance = squares * levels.shape[1] / levels.numel() - mean.square()
        self.mean.copy_(mean[:, None, None])
        self.deviation.copy_(variance.clamp_min(0).sqrt().clamp_min(SMALLEST_DEVIATION)[:, None, None])


def enlarged(features: Float[Tensor, "batch channel height width"], side: int) -> Float[Tensor, "batch ..."]:
    """Images whose sides have at least so many pixels: smaller ones are stretched, their proportions kept."""
    height, width = features.shape[-2:]
    shorter = min(height, width)
    if shorter >= side:
        return features
    size = (round(height * side / shorter), round(width * side / shorter))
    return F.interpolate(features, size=size, mode="bilinear", align_corners=False)
