"""FastCnn: a small convolutional network that learns in a few passes over the images."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid
from luthier.core.task import PixelShape
from luthier.nets.activations import activation_named
from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.halving import halvings
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import Levels, PixelInput, Pixels, enlarged
from luthier.nets.images.roles import convolutional_roles
from luthier.nets.images.whitening import WhiteningConvolution, random_patches
from luthier.nets.roles import Role

WHITENING_SIDES = (2, 3)
SMALLEST_MAP = 3
"Pixels of the last feature map's shorter side, at least."
HEAD_SCALE = 1.5
"Times one by the root of the features: how the answers are scaled. Measured on Fashion-MNIST; airbench94 has 1.8."


@dataclass(frozen=True, slots=True, kw_only=True)
class FastCnnSettings:
    """Choices of a FastCnn; the defaults are made for two cores and images of 28 pixels."""

    width: int = 24
    "Feature maps of the first group; the second has 8/3, the others 4 times as many. airbench94 has 64."
    depth: int = 2
    "Convolutions of a group, 1 or more; from 3 on, what follows the first is added to it."
    whitening: int = 3
    "Pixels of a whitening patch's side: 2 or 3."
    activation: str = "gelu"
    "One of `ACTIVATIONS`."
    bias_rate: float = 8.0
    "Learning rate of the normalizations' shifts, times the recipe's. airbench94 has 64."
    mirror: bool = False
    "True answers with the mean over an image and its mirror image; training is the same."

    def __post_init__(self) -> None:
        if self.whitening not in WHITENING_SIDES:
            raise SettingInvalid(f"whitening must be 2 or 3, but {self.whitening!r} came.")


class Group(nn.Module):
    """Convolution, pooling at once, and all that follows at a quarter of the places."""

    def __init__(self, before: int, after: int, settings: FastCnnSettings) -> None:
        super().__init__()
        self.activation = activation_named(settings.activation)
        self.convolutions = nn.ModuleList(_identity_convolution(before if layer == 0 else after, after) for layer in range(settings.depth))
        self.norms = nn.ModuleList(BatchNorm(after, scaled=False) for _ in range(settings.depth))

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        first = self.norms[0](F.max_pool2d(self.convolutions[0](features), 2))
        features = first = self.activation(first)
        for convolution, norm in zip(self.convolutions[1:-1], self.norms[1:-1], strict=True):
            features = self.activation(norm(convolution(features)))
        if len(self.convolutions) == 1:
            return features
        last = self.norms[-1](self.convolutions[-1](features))
        return self.activation(last + first if len(self.convolutions) > 2 else last)


class FastCnn(nn.Module):
    """The design of airbench94 and airbench96 at any width: whitened patches, groups that start as the identity, a global maximum.

    Source: Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU", arXiv 2404.00498. Otherwise here: the number of groups hangs on the
    size of the images; the running statistics remember 19 batches of 128 where the paper's remember 4 of 1024; a larger epsilon.
    """

    def __init__(self, settings: FastCnnSettings, shape: PixelShape, outputs: int) -> None:
        super().__init__()
        self._settings = settings
        self.pixels = PixelInput.for_shape(shape)
        self.whitening = WhiteningConvolution(shape.channels, settings.whitening)
        self.activation = activation_named(settings.activation)
        groups = halvings(shape, smallest=SMALLEST_MAP)
        self.smallest_side = 2**groups + settings.whitening - 1
        "Pixels below which an image is stretched."
        widths = [self.whitening.width, *_widths(settings.width, groups)]
        self.groups = nn.ModuleList(Group(before, after, settings) for before, after in zip(widths, widths[1:], strict=False))
        self.head = nn.Linear(widths[-1], outputs, bias=False)

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        if self._settings.mirror and not self.training:
            return mean_with_mirror(self._logits, pixels)
        return self._logits(pixels)

    def _logits(self, pixels: Tensor) -> Tensor:
        features = self.activation(self.whitening(enlarged(self.pixels(pixels), self.smallest_side)))
        for group in self.groups:
            features = group(features)
        return self.head(features.amax(dim=(2, 3))).float() * (HEAD_SCALE * self.head.in_features**-0.5)

    @torch.no_grad()
    def initialize_(self, pixels: Levels, *, generator: torch.Generator) -> None:
        """Fit standardization and whitening to some training images."""
        self.pixels.initialize_(pixels)
        self.whitening.initialize_(self.pixels(random_patches(pixels, self._settings.whitening, generator=generator)))

    def roles(self) -> dict[str, Role]:
        """The filters are matrices; the shifts of the normalizations learn faster."""
        return convolutional_roles(self, norm_bias_rate=self._settings.bias_rate)


def _widths(first: int, groups: int) -> list[int]:
    """24, 64, 96, 96, ...: in multiples of 8, which the processor's vectors like."""
    factors = [1.0, 8 / 3, *[4.0] * (groups - 2)][:groups]
    return [first if factor == 1 else max(round(first * factor / 8), 1) * 8 for factor in factors]


def _identity_convolution(before: int, after: int) -> nn.Conv2d:
    """Passes its first inputs on at the start; the other outputs start at random."""
    layer = nn.Conv2d(before, after, 3, padding=1, bias=False)
    nn.init.dirac_(layer.weight[:before])
    return layer
