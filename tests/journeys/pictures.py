"""The photos of the journeys: small folders as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("leaf", "rose")
EACH = 20
"Photos of a class."


def photo(label: int, number: int, *, height: int = 10, width: int = 12) -> np.ndarray:
    """Noise that is more green for a leaf, and more red for a rose, in its middle: uint8 [height, width, channel]."""
    pixels = np.random.default_rng([label, number]).integers(40, 216, (height, width, 3))
    pixels[2:-2, 2:-2, 1 - label] = pixels[2:-2, 2:-2, 1 - label] // 3 + 160
    return pixels.astype(np.uint8)


def write_photos(folder: Path, *, name: str = "photos", each: int = EACH) -> str:
    """Write `leaf/00.png` and so on, and give the folder's name."""
    for label, kind in enumerate(CLASSES):
        for number in range(each):
            save(folder / name / kind / f"{number:02}.png", photo(label, number))
    return name


def save(path: Path, pixels: np.ndarray) -> None:
    """Write one picture; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
