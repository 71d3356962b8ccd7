"""The graph that resizes: as Pillow resizes, and not at all where nothing is to be done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from luthier.bundle import Resizer, Session
from luthier.bundle.resize import pixel_graph
from luthier.core.task import PixelShape


def noisy(height: int, width: int, channels: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def by_pillow(image: np.ndarray, shape: PixelShape) -> np.ndarray:
    pixels = Image.fromarray(image if image.shape[2] == 3 else image[..., 0]).resize((shape.width, shape.height), Image.Resampling.BILINEAR)
    return np.asarray(pixels).reshape(shape.height, shape.width, shape.channels)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(301, 400), (64, 100), (20, 48), (7, 5), (1, 1), (1200, 30)], ids=str)
def test_an_image_is_resized_as_pillow_does_to_one_level(size: tuple[int, int], channels: int) -> None:
    """Pillow and onnxruntime both round between the two directions: a sum on the edge may fall to either side."""
    image, shape = noisy(*size, channels), PixelShape(channels=channels, height=64, width=48)

    resized = Resizer(shape)(image)

    assert resized.dtype == np.uint8
    assert np.abs(resized.astype(int) - by_pillow(image, shape)).max() <= 1


@pytest.mark.parametrize("channels", [1, 3])
def test_the_right_size_passes_through_bit_by_bit(channels: int) -> None:
    images, shape = noisy(5 * 28, 30, channels).reshape(5, 28, 30, channels), PixelShape(channels=channels, height=28, width=30)

    pixels = Session(pixel_graph(shape).SerializeToString()).run({"image": images}, 0)

    np.testing.assert_array_equal(pixels, images.transpose(0, 3, 1, 2))
    np.testing.assert_array_equal(Resizer(shape)(images[0]), images[0])


def test_an_image_alone_is_resized_as_among_others() -> None:
    images, shape = noisy(4 * 50, 60, 3).reshape(4, 50, 60, 3), PixelShape(channels=3, height=16, width=20)

    together = Session(pixel_graph(shape).SerializeToString()).run({"image": images}, 0)

    np.testing.assert_array_equal(np.stack([Resizer(shape)(image) for image in images]).transpose(0, 3, 1, 2), together)


def test_threads_may_share_a_resizer() -> None:
    images, resizer = [noisy(80, 90, 3, seed=seed) for seed in range(40)], Resizer(PixelShape(channels=3, height=16, width=16))

    with ThreadPoolExecutor(4) as pool:
        resized = list(pool.map(resizer, images))

    np.testing.assert_array_equal(resized, [resizer(image) for image in images])
