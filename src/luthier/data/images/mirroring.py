"""Does an image mean the same as its mirror image? Asked of the training images before a network is trained."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int, UInt8

from luthier.core.seeds import numpy_rng
from luthier.data.images.squares import squares

SIDE = 12
"Pixels of the small squares that are compared."
KNOWN, ASKED = 4_000, 1_000
"Images that are compared with, and images that are asked about, at most."
LEAST_KEPT = 0.6
"Mirrored images must be known as often as this share of the same images unmirrored: 0.36 of digits, 0.74 of clothes and shoes, 0.93 of emoji are."


def mirrors_keep_class(
    pixels: UInt8[np.ndarray, "rows height width channel"],
    classes: Int[np.ndarray, " rows"],
    *,
    rows: Int[np.ndarray, " kept"] | None = None,
    seed: int,
) -> bool:
    """True where the nearest neighbor of a mirrored image has its class about as often as that of the image itself.

    Digits and letters fail: a mirrored 2 is nearer to something else. It is a guess to start from: a search tries the other way as well.

    Args:
        pixels: may lie in a mapped file.
        classes: of all of them.
        rows: which of them are training images: no others are looked at; None is all.
    """
    training = np.arange(len(pixels)) if rows is None else rows
    order = numpy_rng(seed, "mirrors").permutation(len(training))
    count = min(ASKED, max(len(order) // 5, 1))
    asked, known = training[np.sort(order[:count])], training[np.sort(order[count:][:KNOWN])]
    small = _standardized(squares(pixels, SIDE, rows=known))
    seen = squares(pixels, SIDE, rows=asked)
    right = [float(np.mean(classes[known][_nearest(_standardized(images), small)] == classes[asked])) for images in (seen, seen[:, :, ::-1])]
    return right[1] >= LEAST_KEPT * right[0]


def _standardized(images: np.ndarray) -> np.ndarray:
    """Each image with mean 0 and length 1: light and contrast do not matter."""
    flat = images.reshape(len(images), -1)
    centered = flat - flat.mean(axis=1, keepdims=True)
    unit: np.ndarray = centered / np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-6)
    return unit


def _nearest(images: np.ndarray, known: np.ndarray) -> np.ndarray:
    return (images @ known.T).argmax(axis=1)
