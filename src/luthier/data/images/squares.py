"""Squares: images made so small that ordinary models can look at them, a column a pixel."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, UInt8

_BLOCK_BYTES = 1 << 20
"Of pixels that are taken out of a mapped file at one time; a block is made floating, at four times the size."


def squares(
    pixels: UInt8[np.ndarray, "rows height width channel"], side: int, *, rows: Int[np.ndarray, " kept"] | None = None
) -> Float[np.ndarray, "rows height width channel"]:
    """Images as squares, each pixel the mean of those that it covers. They may lie in a mapped file that is larger than memory.

    Shape: [rows, height, width, channel] to [kept, side, side, channel].

    Args:
        rows: of which images, in this order; None is all.

    Example:
        >>> squares(np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1), 2)[0, :, :, 0].tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    chosen = np.arange(len(pixels)) if rows is None else rows
    height, width = (_covering(length, side) for length in pixels.shape[1:3])
    small = np.empty((len(chosen), side, side, pixels.shape[3]), dtype=np.float32)
    step = max(_BLOCK_BYTES // int(np.prod(pixels.shape[1:])), 1)
    for first in range(0, len(chosen), step):
        block = pixels[chosen[first : first + step]].astype(np.float32)
        small[first : first + step] = np.einsum("sh,rhwc,tw->rstc", height, block, width, optimize=True)
    return small


def _covering(length: int, side: int) -> np.ndarray:
    """How much of each pixel belongs to each part, as shares that add up to 1: [side, length]."""
    edges = np.arange(side + 1) * length / side
    starts = np.arange(length)
    shares = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return (shares.clip(0) / (length / side)).astype(np.float32)
