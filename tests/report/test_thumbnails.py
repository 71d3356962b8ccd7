"""Thumbnails: true to the picture, small in bytes, large enough to see."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from luthier.report.thumbnails import MOST_BYTES, SIDE, Thumbnail, heat_thumbnail, thumbnail


def opened(small: Thumbnail) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(small.png))).convert("RGB"))


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


@pytest.mark.parametrize(
    ("shape", "shown"),
    [((28, 28, 1), (84, 84)), ((64, 64, 3), (64, 64)), ((500, 250, 3), (48, 96)), ((40, 400, 1), (96, 10)), ((1, 900, 3), (96, 1)), ((1, 1, 1), (96, 96))],
    ids=["tiny", "small", "tall", "wide", "a line", "one pixel"],
)
def test_picture_of_any_size_is_shown_in_its_proportions_within_the_side(shape, shown):
    small = thumbnail(noise(*shape))

    assert small.shown == shown
    assert max(small.shown) <= SIDE


def test_tiny_picture_is_kept_pixel_by_pixel():
    pixels = noise(28, 20, 3)

    assert np.array_equal(opened(thumbnail(pixels)), pixels)


@pytest.mark.parametrize("shape", [(96, 96, 3), (96, 96, 1), (700, 700, 3), (300, 290, 1)], ids=str)
def test_picture_of_noise_still_fits_into_its_bytes(shape):
    pixels = noise(*shape)

    assert len(base64.b64decode(thumbnail(pixels).png)) <= MOST_BYTES
    assert len(base64.b64decode(heat_thumbnail(pixels, np.random.default_rng(1).random(shape[:2])).png)) <= MOST_BYTES


def test_heat_colors_its_place_and_leaves_the_rest_gray():
    heat = np.zeros((28, 28))
    heat[:10, :10] = 1.0

    seen = opened(heat_thumbnail(np.full((28, 28, 3), 120, np.uint8), heat)).astype(int)

    assert seen.shape == (84, 84, 3)
    assert np.all(seen[5, 5] == [194, 99, 24])
    assert np.all(seen[60, 60] == 120)


def test_pixels_are_not_modified():
    pixels = noise(120, 120, 3)
    before = pixels.copy()
    pixels.setflags(write=False)

    heat_thumbnail(pixels, np.ones((120, 120)))
    thumbnail(pixels)

    assert np.array_equal(pixels, before)
