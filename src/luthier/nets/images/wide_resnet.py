"""WideResNet: few residual blocks with many feature maps."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.task import PixelShape
from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import Levels, Pixels
from luthier.nets.images.preactivation import stages
from luthier.nets.images.roles import convolutional_roles
from luthier.nets.images.stem import Stem
from luthier.nets.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class WideResNetSettings:
    """Choices of a WideResNet; the defaults are WRN-16-4."""

    blocks: int = 2
    "Residual blocks of each of the three stages, 1 or more: n make a net of 6 n + 4 layers, as papers count them."
    width: int = 16
    "Feature maps that come out of the first convolution."
    widen: int = 4
    "Feature maps of the first stage, times the width; the second has twice, the third four times as many."
    mirror: bool = False
    "True answers with the mean over an image and its mirror image; training is the same."


class WideResNet(nn.Module):
    """WRN-(6 blocks + 4)-widen, without dropout.

    Source: Zagoruyko, Komodakis, "Wide Residual Networks", arXiv 1605.07146. Images above 56 pixels are made smaller at once.
    """

    def __init__(self, settings: WideResNetSettings, shape: PixelShape, outputs: int) -> None:
        super().__init__()
        self._settings = settings
        wide = settings.width * settings.widen
        self.stem = Stem(shape, settings.width)
        self.stages = stages([settings.width, wide, 2 * wide, 4 * wide], blocks=settings.blocks, activation=F.relu)
        self.norm = BatchNorm(4 * wide)
        self.head = nn.Linear(4 * wide, outputs)

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        if self._settings.mirror and not self.training:
            return mean_with_mirror(self._logits, pixels)
        return self._logits(pixels)

    def _logits(self, pixels: Tensor) -> Tensor:
        features = F.relu(self.norm(self.stages(self.stem(pixels))))
        return self.head(features.mean(dim=(2, 3))).float()

    def initialize_(self, pixels: Levels, *, generator: torch.Generator) -> None:
        """Fit the standardization to some training images."""
        self.stem.initialize_(pixels)

    def roles(self) -> dict[str, Role]:
        """The filters are matrices; scales and biases do not decay."""
        return convolutional_roles(self)
