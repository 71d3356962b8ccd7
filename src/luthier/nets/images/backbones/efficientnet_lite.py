"""EfficientNet-Lite0, with the parameter names of the PyTorch state dict that is in use."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from luthier.nets.images.batch_norm import BatchNorm

STAGES = ((1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3))
"(expansion, feature maps, units, stride, side of the filters) of every stage: table 1 of the paper."
FEATURES = 1280
EPSILON = 1e-3
"Of the normalizations, as the weights were trained."


class EvenConvolution(nn.Conv2d):
    """Pads as TensorFlow does, where these weights come from: with a stride, one pixel more at the end than at the beginning."""

    def __init__(self, before: int, after: int, side: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__(before, after, side, stride=stride, groups=groups, bias=False)
        nn.init.kaiming_normal_(self.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        side, stride = self.kernel_size[0], self.stride[0]
        missing = [max((-(-length // stride) - 1) * stride + side - length, 0) for length in features.shape[:1:-1]]
        padding = [part for total in missing for part in (total // 2, total - total // 2)]
        return super().forward(F.pad(features, padding) if any(padding) else features)


class LiteUnit(nn.Module):
    """An inverted residual without squeeze and excitation."""

    def __init__(self, before: int, after: int, *, stride: int, expansion: int, side: int) -> None:
        super().__init__()
        hidden = before * expansion
        if expansion > 1:
            self._expand_conv, self._bn0 = EvenConvolution(before, hidden, 1), BatchNorm(hidden, epsilon=EPSILON)
        self._depthwise_conv = EvenConvolution(hidden, hidden, side, stride=stride, groups=hidden)
        self._bn1 = BatchNorm(hidden, epsilon=EPSILON)
        self._project_conv, self._bn2 = EvenConvolution(hidden, after, 1), BatchNorm(after, epsilon=EPSILON)
        self.widens, self.adds = expansion > 1, stride == 1 and before == after

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        inner = F.relu6(self._bn0(self._expand_conv(features))) if self.widens else features
        inner = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(inner)))))
        return features + inner if self.adds else inner


class EfficientNetLiteBody(nn.Module):
    """Sixteen units, then the mean over all places.

    Source: Tan, Le, "EfficientNet", arXiv 1905.11946; the Lite version, of the same authors' program, has ReLU6 and no squeeze and excitation.
    """

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem, self._bn0 = EvenConvolution(3, 32, 3, stride=2), BatchNorm(32, epsilon=EPSILON)
        width, row = 32, []
        for expansion, after, units, stride, side in STAGES:
            for unit in range(units):
                row.append(LiteUnit(width, after, stride=stride if unit == 0 else 1, expansion=expansion, side=side))
                width = after
        self._blocks = nn.Sequential(*row)
        self._conv_head, self._bn1 = EvenConvolution(width, FEATURES, 1), BatchNorm(FEATURES, epsilon=EPSILON)

    def forward(self, pixels: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch features"]:
        features = self._blocks(F.relu6(self._bn0(self._conv_stem(pixels))))
        return F.relu6(self._bn1(self._conv_head(features))).mean(dim=(2, 3))
