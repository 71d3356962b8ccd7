from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.data.images import squares
from tests.data.images.pictures import taking_at_most


def pixels(rows: int, height: int, width: int, channels: int) -> np.ndarray:
    return np.random.default_rng(height + width).integers(0, 256, (rows, height, width, channels), dtype=np.uint8)


@settings(max_examples=30, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), side=st.integers(1, 20), channels=st.sampled_from([1, 3]))
def test_an_image_keeps_its_mean_level_whatever_its_size(height: int, width: int, side: int, channels: int) -> None:
    images = pixels(3, height, width, channels)

    small = squares(images, side)

    assert small.shape == (3, side, side, channels)
    np.testing.assert_allclose(small.mean(axis=(1, 2)), images.mean(axis=(1, 2)), rtol=1e-4)


def test_an_image_of_that_size_stays_as_it_is() -> None:
    images = pixels(2, 14, 14, 3)

    np.testing.assert_allclose(squares(images, 14), images, rtol=1e-6)


@pytest.mark.parametrize("side", [2, 4, 7])
def test_a_part_of_whole_pixels_is_their_mean(side: int) -> None:
    images = pixels(2, 28, 28, 1)
    part = 28 // side

    expected = images.reshape(2, side, part, side, part, 1).mean(axis=(2, 4))

    np.testing.assert_allclose(squares(images, side), expected, rtol=1e-5)


def test_a_pixel_on_an_edge_is_divided_between_two_parts() -> None:
    row = np.array([[[[0], [30], [90]]]], dtype=np.uint8)

    assert squares(row, 2)[0, 0, :, 0].tolist() == pytest.approx([10.0, 70.0])


def test_one_level_stays_one_level_in_smaller_and_larger_squares() -> None:
    images = np.full((1, 5, 9, 3), 200, dtype=np.uint8)

    for side in (1, 3, 14):
        np.testing.assert_allclose(squares(images, side), 200.0, rtol=1e-5)


def test_some_rows_are_made_small_in_the_order_that_is_asked_for() -> None:
    images, rows = pixels(9, 20, 17, 3), np.array([7, 0, 3])

    np.testing.assert_array_equal(squares(images, 5, rows=rows), squares(images[rows], 5))


def test_large_images_are_taken_a_few_at_a_time() -> None:
    images = pixels(20, 300, 300, 3)

    small = squares(taking_at_most(4, images), 14, rows=np.arange(1, 20))

    np.testing.assert_allclose(small, np.concatenate([squares(images[row : row + 1], 14) for row in range(1, 20)]), rtol=1e-5)


def test_no_image_makes_no_square() -> None:
    assert squares(pixels(3, 8, 8, 1), 2, rows=np.zeros(0, dtype=np.int64)).shape == (0, 2, 2, 1)
