"""Resizing while the cache is made: a part that is passed in, so that training sees what the served graph makes of the same image."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from PIL import Image

from luthier.core.task import PixelShape

Resize: TypeAlias = Callable[[np.ndarray], np.ndarray]
"From uint8 [height, width, channel] of any size to uint8 of the size of the cache. Called from several threads at once."
Resizer: TypeAlias = Callable[[PixelShape], Resize]
"Makes the function for a shape."


def pillow_resizer(shape: PixelShape) -> Resize:
    """Antialiased bilinear resizing by Pillow: for tests and tools. A fit passes the resizer of the graph that serves.

    Example:
        >>> resize = pillow_resizer(PixelShape(channels=1, height=2, width=3))
        >>> resize(np.zeros((10, 10, 1), dtype=np.uint8)).shape
        (2, 3, 1)
    """

    def resize(pixels: np.ndarray) -> np.ndarray:
        image = Image.fromarray(pixels[:, :, 0] if shape.channels == 1 else pixels)
        return np.asarray(image.resize((shape.width, shape.height), Image.Resampling.BILINEAR)).reshape(shape.height, shape.width, shape.channels)

    return resize
