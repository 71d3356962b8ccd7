from __future__ import annotations

import pytest
import torch

from luthier.fit.augment import shrunk, side_at
from tests.fit.augment.batches import pixels


@pytest.mark.parametrize("full", [8, 12, 28, 30, 64, 224])
@pytest.mark.parametrize("start", [0.25, 0.5, 0.9])
def test_sides_grow_in_steps_of_four_pixels_to_the_full_one(full: int, start: float) -> None:
    sides = [side_at(full, start, step / 100) for step in range(101)]

    assert sides == sorted(sides)
    assert all(side % 4 == 0 or side == full for side in sides)
    assert sides[0] == min(max(4 * int(start * full / 4 + 0.5), 12), full)
    assert set(sides[60:]) == {full}


def test_small_images_keep_the_mean_of_the_whole_ones() -> None:
    given = pixels(16, 3, 64, 48)

    small = shrunk(given, 0.5, 0.0)

    assert (small.shape, small.dtype) == ((16, 3, 32, 24), torch.uint8)
    assert small.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(small.float().mean(dim=(1, 2, 3)), given.float().mean(dim=(1, 2, 3)), rtol=0.02, atol=0)


def test_images_of_their_full_size_are_the_ones_given() -> None:
    given = pixels(2)

    assert shrunk(given, 1.0, 0.0) is given
    assert shrunk(given, 0.5, 0.7) is given
