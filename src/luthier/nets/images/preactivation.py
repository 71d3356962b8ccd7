"""The residual block that normalizes before it multiplies."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor, nn

from luthier.nets.images.batch_norm import BatchNorm
from luthier.nets.images.convolution import convolution


class PreactivationBlock(nn.Module):
    """x + Conv(f(Norm(Conv(f(Norm(x)))))); where width or size changes, f(Norm(x)) goes through a convolution of one pixel in the place of x.

    Source: He et al., "Identity Mappings in Deep Residual Networks", arXiv 1603.05027.
    """

    def __init__(self, before: int, after: int, *, stride: int, activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.activation = activation
        self.norms = nn.ModuleList([BatchNorm(before), BatchNorm(after)])
        self.first, self.second = convolution(before, after, stride=stride), convolution(after, after)
        self.shortcut = None if before == after and stride == 1 else convolution(before, after, side=1, stride=stride)

    def forward(self, features: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch ..."]:
        ready = self.activation(self.norms[0](features))
        carried = features if self.shortcut is None else self.shortcut(ready)
        return carried + self.second(self.activation(self.norms[1](self.first(ready))))


def stages(widths: list[int], *, blocks: int, activation: Callable[[Tensor], Tensor]) -> nn.Sequential:
    """Blocks in a row; from the third width on, every new width begins at half the size.

    Args:
        widths: of what comes in, then of each stage.
        blocks: of a stage.
    """
    row: list[nn.Module] = []
    for stage, (before, after) in enumerate(zip(widths, widths[1:], strict=False)):
        row.append(PreactivationBlock(before, after, stride=1 if stage == 0 else 2, activation=activation))
        row += [PreactivationBlock(after, after, stride=1, activation=activation) for _ in range(blocks - 1)]
    return nn.Sequential(*row)
