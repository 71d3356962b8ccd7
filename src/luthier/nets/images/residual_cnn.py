"""ResidualCnn: a compact residual network whose width and depth are free."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.task import PixelShape
from luthier.nets.activations import activation_named
from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import Levels, Pixels
from luthier.nets.images.preactivation import stages
from luthier.nets.images.roles import convolutional_roles
from luthier.nets.images.stem import Stem
from luthier.nets.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidualCnnSettings:
    """Choices of a ResidualCnn; the defaults are made for two cores."""

    width: int = 32
    "Feature maps of the first stage; the second has twice, the third four times as many."
    blocks: int = 1
    "Residual blocks of a stage, 1 or more."
    activation: str = "relu"
    "One of `ACTIVATIONS`."
    mirror: bool = False
    "True answers with the mean over an image and its mirror image; training is the same."


class ResidualCnn(nn.Module):
    """Three stages of preactivation blocks at a half, a quarter and an eighth of the size, then the mean over all places.

    It differs from a wide residual network in that no block works at full size, where most of the time would go.

    Source: the blocks are those of He et al., "Identity Mappings in Deep Residual Networks", arXiv 1603.05027.
    """

    def __init__(self, settings: ResidualCnnSettings, shape: PixelShape, outputs: int) -> None:
        super().__init__()
        self._settings = settings
        self.activation = activation_named(settings.activation)
        widths = [settings.width, settings.width, 2 * settings.width, 4 * settings.width]
        self.stem = Stem(shape, settings.width)
        self.stages = stages(widths, blocks=settings.blocks, activation=self.activation)
        self.norm = BatchNorm(widths[-1])
        self.head = nn.Linear(widths[-1], outputs)

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        if self._settings.mirror and not self.training:
            return mean_with_mirror(self._logits, pixels)
        return self._logits(pixels)

    def _logits(self, pixels: Tensor) -> Tensor:
        half = F.max_pool2d(self.stem(pixels), 3, stride=2, padding=1)
        features = self.activation(self.norm(self.stages(half)))
        return self.head(features.mean(dim=(2, 3))).float()

    def initialize_(self, pixels: Levels, *, generator: torch.Generator) -> None:
        """Fit the standardization to some training images."""
        self.stem.initialize_(pixels)

    def roles(self) -> dict[str, Role]:
        """The filters are matrices; scales and biases do not decay."""
        return convolutional_roles(self)
