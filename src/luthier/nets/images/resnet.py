"""ResNet: the residual network for small images as first published."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.task import PixelShape
from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.convolution import convolution
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import Levels, Pixels
from luthier.nets.images.roles import convolutional_roles
from luthier.nets.images.stem import Stem
from luthier.nets.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ResNetSettings:
    """Choices of a ResNet; the defaults are ResNet-20."""

    blocks: int = 3
    "Residual blocks of each of the three stages, 1 or more: 3 make ResNet-20, 5 ResNet-32, 9 ResNet-56."
    width: int = 16
    "Feature maps of the first stage; the second has twice, the third four times as many."
    mirror: bool = False
    "True answers with the mean over an image and its mirror image; training is the same."


class BasicBlock(nn.Module):
    """f(x + Norm(Conv(f(Norm(Conv(x)))))); where the width grows, x loses every second place and gains maps of zeros (option A)."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.added, self.stride = after - before, 1 if before == after else 2
        self.first, self.second = convolution(before, after, stride=self.stride), convolution(after, after)
        self.norms = nn.ModuleList(BatchNorm(after) for _ in range(2))

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        carried = features if self.added == 0 else F.pad(features[:, :, ::2, ::2], (0, 0, 0, 0, self.added // 2, self.added - self.added // 2))
        inner = F.relu(self.norms[0](self.first(features)))
        return F.relu(carried + self.norms[1](self.second(inner)))


class ResNet(nn.Module):
    """ResNet-20, ResNet-32 and their kind.

    Source: He et al., "Deep Residual Learning for Image Recognition", arXiv 1512.03385, section 4.2. Images above 56 pixels are made smaller at once.
    """

    def __init__(self, settings: ResNetSettings, shape: PixelShape, outputs: int) -> None:
        super().__init__()
        self._settings = settings
        self.stem, self.norm = Stem(shape, settings.width), BatchNorm(settings.width)
        widths = [settings.width << stage for stage in range(3) for _ in range(settings.blocks)]
        self.blocks = nn.Sequential(*[BasicBlock(before, after) for before, after in zip([settings.width, *widths], widths, strict=False)])
        self.head = nn.Linear(widths[-1], outputs)

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        if self._settings.mirror and not self.training:
            return mean_with_mirror(self._logits, pixels)
        return self._logits(pixels)

    def _logits(self, pixels: Tensor) -> Tensor:
        features = self.blocks(F.relu(self.norm(self.stem(pixels))))
        return self.head(features.mean(dim=(2, 3))).float()

    def initialize_(self, pixels: Levels, *, generator: torch.Generator) -> None:
        """Fit the standardization to some training images."""
        self.stem.initialize_(pixels)

    def roles(self) -> dict[str, Role]:
        """The filters are matrices; scales and biases do not decay."""
        return convolutional_roles(self)
