"""Convolutions as residual networks start them."""

from __future__ import annotations

from torch import nn


def convolution(before: int, after: int, *, side: int = 3, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    """A convolution without bias that keeps the size of a feature map, or divides it by its stride.

    Source: He et al., "Delving Deep into Rectifiers", arXiv 1502.01852: normal weights whose variance is 2 by the outgoing connections.
    """
    layer = nn.Conv2d(before, after, side, stride=stride, padding=side // 2, groups=groups, bias=False)
    nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
    return layer
