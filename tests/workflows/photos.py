"""Photos of three classes, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.data.images.pictures import save


def write_photos(folder: Path, *, each: int = 15, name: str = "photos") -> Path:
    """Noise of 10 × 8 pixels whose middle is brightest in red, green or blue: `a/00.png` to `c/14.png`."""
    for label, kind in enumerate("abc"):
        for number in range(each):
            pixels = np.random.default_rng([label, number]).integers(0, 150, (10, 8, 3))
            pixels[2:-2, 2:-2, label] += 70
            save(folder / name / kind / f"{number:02}.png", pixels.astype(np.uint8))
    return folder / name
