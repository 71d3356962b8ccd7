from __future__ import annotations

import pytest
import torch
from torch import Tensor

from luthier.fit.augment.erasing import rectangles
from tests.fit.augment.batches import augmented, pixels, seeded


def areas(height: int, width: int, probability: float) -> Tensor:
    lines, columns = rectangles(torch.zeros(4000, 1, height, width), probability, seeded())
    return lines.sum(dim=1) * columns.sum(dim=1) / (height * width)


@pytest.mark.parametrize(("height", "width"), [(28, 28), (64, 64), (20, 60), (60, 20)])
def test_the_erased_area_is_within_its_bounds(height: int, width: int) -> None:
    shares = areas(height, width, 1.0)

    rim = 0.5 * (height + width) / (height * width)  # half a pixel at each side, by rounding
    assert 0.02 - rim < float(shares.min()) < 0.05
    assert 0.36 < float(shares.max()) < 0.4 + rim
    assert abs(float(shares.mean()) - 0.21) < 0.01


def test_a_share_of_the_images_is_erased() -> None:
    hit = areas(28, 28, 0.25) > 0

    assert abs(float(hit.float().mean()) - 0.25) < 4 * 0.433 / 4000**0.5  # four standard errors


@pytest.mark.parametrize("light", [0.0, 1e-9], ids=["bytes", "floats"])
def test_a_rectangle_becomes_even_noise_and_the_rest_stays(light: float) -> None:
    images = augmented(torch.full((2000, 3, 16, 16), 51, dtype=torch.uint8), erase=1.0, brightness=light)

    changed = (images - 0.2).abs() > 1e-6
    lines, columns = changed.any(dim=1).any(dim=2), changed.any(dim=1).any(dim=1)
    inside = lines[:, None, :, None] & columns[:, None, None, :]
    noise = images[inside.expand_as(images)]
    assert float((changed == inside).float().mean()) > 0.99  # one in 256 noise pixels has the color of the image
    assert abs(float(noise.mean()) - 0.5) < 0.005
    assert abs(float(noise.std()) - (1 / 12) ** 0.5) < 0.005


def test_every_place_of_an_image_is_erased_and_none_is_spared() -> None:
    lines, columns = rectangles(torch.zeros(4000, 1, 20, 20), 1.0, seeded())

    often = (lines[:, :, None] & columns[:, None, :]).float().mean(dim=0)

    assert float(often.min()) > 0.005
    assert float((often - often.flip(0)).abs().max()) < 0.06  # neither edge is preferred: five standard errors of the more frequent middle


def test_the_noise_of_an_image_is_not_that_of_another() -> None:
    images = augmented(pixels(50, 1, 16, 16) * 0, erase=1.0)

    assert len(images.flatten(1).unique(dim=0)) == 50
