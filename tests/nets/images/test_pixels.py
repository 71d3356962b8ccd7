from __future__ import annotations

import pytest
import torch

from luthier.core.task import PixelShape
from luthier.nets.images import PixelInput
from luthier.nets.images.pixels import SMALLEST_DEVIATION, enlarged
from tests.nets.images.images import COLOR, levels


def test_standardized_by_its_own_statistics_every_channel_has_mean_0_and_deviation_1():
    images, pixels = levels(rows=300), PixelInput.for_shape(COLOR)

    pixels.initialize_(images)

    standardized = pixels(images)
    torch.testing.assert_close(standardized.mean(dim=(0, 2, 3)), torch.zeros(3), atol=1e-4, rtol=0)
    torch.testing.assert_close(standardized.std(dim=(0, 2, 3)), torch.ones(3), atol=1e-3, rtol=0)


def test_a_channel_of_one_level_is_not_blown_up():
    pixels = PixelInput.for_shape(PixelShape(channels=1, height=4, width=4))

    pixels.initialize_(torch.full((3, 1, 4, 4), 9, dtype=torch.uint8))

    assert pixels.deviation.item() == pytest.approx(SMALLEST_DEVIATION)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_stay_last_in_memory(channels):
    shape = PixelShape(channels=channels, height=6, width=5)

    standardized = PixelInput.for_shape(shape)(levels(shape))

    assert standardized.stride() == levels(shape).stride()


def test_a_small_image_is_stretched_in_its_proportions_and_a_large_one_is_left_alone():
    assert enlarged(torch.zeros(1, 3, 10, 20), 96).shape == (1, 3, 96, 192)
    assert enlarged(torch.zeros(1, 3, 10, 20), 10).shape == (1, 3, 10, 20)
