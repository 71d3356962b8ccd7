"""Squares: images made so small that ordinary models can look at them, a column a pixel."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, UInt8


def squares(pixels: UInt8[np.ndarray, "rows height width channel"], side: int) -> Float[np.ndarray, "rows height width channel"]:
    """Images as squares, each pixel the mean of those that it covers.

    Shape: [rows, height, width, channel] to [rows, side, side, channel].

    Example:
        >>> squares(np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1), 2)[0, :, :, 0].tolist()
        [[2.5, 4.5], [10.5, 12.5]]
    """
    height, width = (_covering(length, side) for length in pixels.shape[1:3])
    return np.einsum("sh,rhwc,tw->rstc", height, pixels.astype(np.float32), width, optimize=True)


def _covering(length: int, side: int) -> np.ndarray:
    """How much of each pixel belongs to each part, as shares that add up to 1: [side, length]."""
    edges = np.arange(side + 1) * length / side
    starts = np.arange(length)
    shares = np.minimum(edges[1:, None], starts + 1) - np.maximum(edges[:-1, None], starts)
    return (shares.clip(0) / (length / side)).astype(np.float32)
