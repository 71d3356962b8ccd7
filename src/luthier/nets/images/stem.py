"""Stem: what residual networks do to the pixels first."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.task import PixelShape
from luthier.nets.images.convolution import convolution
from luthier.nets.images.pixels import Levels, PixelInput, Pixels

LARGEST_SIDE = 56
"Pixels of the shorter side above which an image is made smaller at once."


class Stem(nn.Module):
    """Standardized pixels through one convolution.

    A network that was published for 32 pixels sees larger images at a half or a quarter of their size, as those for 224 pixels do.

    Args:
        width: feature maps that come out.
    """

    def __init__(self, shape: PixelShape, width: int) -> None:
        super().__init__()
        side = min(shape.height, shape.width)
        self.pixels = PixelInput.for_shape(shape)
        self.convolution = convolution(shape.channels, width, stride=2 if side > LARGEST_SIDE else 1)
        self.pools = side > 2 * LARGEST_SIDE

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch ..."]:
        features = self.convolution(self.pixels(pixels))
        return F.max_pool2d(features, 3, stride=2, padding=1) if self.pools else features

    def initialize_(self, pixels: Levels) -> None:
        """Fit the standardization to some training images."""
        self.pixels.initialize_(pixels)
