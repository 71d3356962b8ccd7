"""Whitening: a first convolution that no training has to find."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from luthier.nets.images.pixels import Levels

PATCHES = 100_000
"Places in training images from which the filters are made."
LEAST_VARIANCE = 5e-4
"Added to the variance of a direction before it is scaled to 1; the number of airbench94."


class WhiteningConvolution(nn.Module):
    """Projects every patch on the principal directions of all patches and on their opposites, each scaled to variance 1.

    The filters are frozen, and so a buffer; the bias is trained.

    Source: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498, section 3.2; patches are drawn at random here.

    Args:
        channels: of the images.
        side: pixels of a patch's side.
    """

    filters: Tensor

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.width = 2 * channels * side * side
        "Feature maps that come out."
        self.register_buffer("filters", _both_signs(torch.eye(self.width // 2)).view(self.width, channels, side, side))
        self.bias = nn.Parameter(torch.zeros(self.width))

    def forward(self, pixels: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        return F.conv2d(pixels, self.filters, self.bias)

    @torch.no_grad()
    def initialize_(self, patches: Float[Tensor, "rows channel height width"]) -> None:
        """Take the directions from some standardized training patches."""
        flat = patches.flatten(1).double()
        variances, directions = torch.linalg.eigh(flat.mT @ flat / len(flat))
        scaled = directions * (variances.clamp_min(0) + LEAST_VARIANCE).rsqrt()
        largest = scaled.gather(0, scaled.abs().argmax(dim=0, keepdim=True))  # its sign is the solver's choice otherwise
        self.filters.copy_(_both_signs((scaled * largest.sign()).mT.flip(0)).view_as(self.filters))


def random_patches(levels: Levels, side: int, *, generator: torch.Generator) -> UInt8[Tensor, "batch ..."]:
    """Patches from anywhere in some images."""
    rows, channels, height, width = levels.shape
    row = torch.randint(rows, (PATCHES, 1, 1, 1), generator=generator)
    top = torch.randint(height - side + 1, (PATCHES, 1, 1, 1), generator=generator) + torch.arange(side)[:, None]
    left = torch.randint(width - side + 1, (PATCHES, 1, 1, 1), generator=generator) + torch.arange(side)
    return levels[row, torch.arange(channels)[:, None, None], top, left]


def _both_signs(directions: Tensor) -> Tensor:
    return torch.cat([directions, -directions])
