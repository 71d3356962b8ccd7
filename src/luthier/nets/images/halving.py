"""How often an image is made smaller on its way through a network."""

from __future__ import annotations

from luthier.core.task import PixelShape


def halvings(shape: PixelShape, *, smallest: int) -> int:
    """How often the shorter side can be halved while it stays at `smallest` pixels or more; 1 at least.

    Example:
        >>> [halvings(PixelShape(channels=1, height=side, width=side), smallest=3) for side in (12, 28, 64, 224)]
        [2, 3, 4, 6]
    """
    side, count = min(shape.height, shape.width), 0
    while side // 2 >= smallest:
        side, count = side // 2, count + 1
    return max(count, 1)
