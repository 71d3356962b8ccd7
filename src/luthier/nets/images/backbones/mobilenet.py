"""MobileNetV2, with the parameter names of the common state dict."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor, nn

from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.convolution import convolution

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"(expansion, feature maps, units, stride) of every stage: table 2 of the paper."
FEATURES = 1280


class InvertedResidual(nn.Module):
    """Widened by a convolution of 1 x 1, filtered channel by channel, narrowed again; added to what came where the size stays."""

    def __init__(self, before: int, after: int, *, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = before * expansion
        widen = [] if expansion == 1 else [_layer(before, hidden, side=1)]
        self.conv = nn.Sequential(*widen, _layer(hidden, hidden, stride=stride, groups=hidden), convolution(hidden, after, side=1), BatchNorm(after))
        self.adds = stride == 1 and before == after

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        inner = self.conv(features)
        return features + inner if self.adds else inner


class MobileNetBody(nn.Module):
    """Seventeen inverted residual units, then the mean over all places.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", arXiv 1801.04381.
    """

    def __init__(self) -> None:
        super().__init__()
        width, row = 32, nn.Sequential(_layer(3, 32, stride=2))
        for expansion, after, units, stride in STAGES:
            for unit in range(units):
                row.append(InvertedResidual(width, after, stride=stride if unit == 0 else 1, expansion=expansion))
                width = after
        self.features = row.append(_layer(width, FEATURES, side=1))

    def forward(self, pixels: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch features"]:
        return self.features(pixels).mean(dim=(2, 3))


def _layer(before: int, after: int, *, side: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(convolution(before, after, side=side, stride=stride, groups=groups), BatchNorm(after), nn.ReLU6())
