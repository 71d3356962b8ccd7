"""ResNet-18, ResNet-34 and ResNet-50 for photographs, with the parameter names of the common state dicts."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.convolution import convolution


class BasicUnit(nn.Module):
    """Two convolutions of 3 x 3."""

    expansion = 1

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = convolution(before, width, stride=stride), BatchNorm(width)
        self.conv2, self.bn2 = convolution(width, width), BatchNorm(width)
        self.downsample = _downsample(before, width, stride)

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(features)))))
        return F.relu(inner + (features if self.downsample is None else self.downsample(features)))


class BottleneckUnit(nn.Module):
    """A convolution of 3 x 3 between two of 1 x 1; the one in the middle has the stride, as in the weights that are in use (v1.5)."""

    expansion = 4

    def __init__(self, before: int, width: int, stride: int) -> None:
        super().__init__()
        after = width * self.expansion
        self.conv1, self.bn1 = convolution(before, width, side=1), BatchNorm(width)
        self.conv2, self.bn2 = convolution(width, width, stride=stride), BatchNorm(width)
        self.conv3, self.bn3 = convolution(width, after, side=1), BatchNorm(after)
        self.downsample = _downsample(before, after, stride)

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        inner = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(features))))))
        return F.relu(self.bn3(self.conv3(inner)) + (features if self.downsample is None else self.downsample(features)))


class ResidualBody(nn.Module):
    """Four stages, then the mean over all places.

    Source: He et al., "Deep Residual Learning for Image Recognition", arXiv 1512.03385.

    Args:
        units: of each of the four stages.
    """

    def __init__(self, unit: type[BasicUnit] | type[BottleneckUnit], units: Sequence[int]) -> None:
        super().__init__()
        self.conv1, self.bn1 = convolution(3, 64, side=7, stride=2), BatchNorm(64)
        width = 64
        for stage, count in enumerate(units):
            row = []
            for place in range(count):
                row.append(unit(width, 64 << stage, 2 if stage > 0 and place == 0 else 1))
                width = (64 << stage) * unit.expansion
            self.add_module(f"layer{stage + 1}", nn.Sequential(*row))
        self.features = width
        "Numbers that come out."

    def forward(self, pixels: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch features"]:
        features = F.max_pool2d(F.relu(self.bn1(self.conv1(pixels))), 3, stride=2, padding=1)
        for stage in range(1, 5):
            features = self.get_submodule(f"layer{stage}")(features)
        return features.mean(dim=(2, 3))


def _downsample(before: int, after: int, stride: int) -> nn.Sequential | None:
    if before == after and stride == 1:
        return None
    return nn.Sequential(convolution(before, after, side=1, stride=stride), BatchNorm(after))
