from __future__ import annotations

import pytest
import torch

from luthier.fit.augment.trivial import OPERATIONS, trivially_changed
from tests.fit.augment.batches import pixels, seeded

SAME = {"identity"}
NEVER_NONE = {"stretch", "equalize"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_changes_images_by_as_much_as_it_is_told(name: str) -> None:
    images = (pixels(16) * 0.8).round() / 255
    amounts = torch.linspace(0.5, 1.0, 16)

    with_none = OPERATIONS[name](images, amounts * 0, amounts * 0)
    with_some = OPERATIONS[name](images, amounts, -amounts)

    assert torch.allclose(with_none, images, atol=1e-5) == (name not in NEVER_NONE)
    assert bool(((with_some - images).abs().flatten(1).mean(dim=1) > 0.01).all()) == (name not in SAME)


def test_each_image_comes_back_in_its_place_after_one_operation() -> None:
    steps = torch.arange(4, 68).view(64, 1, 1, 1) / 255
    images = steps.expand(64, 3, 8, 8).contiguous()

    changed = trivially_changed(images, 0.1, seeded())

    assert bool(((changed - images).abs().flatten(1).amax(dim=1) < 0.04).all())  # a weak operation leaves a plain image near where it was


def test_operations_and_strengths_are_drawn_evenly() -> None:
    images = pixels(10_000, 3, 4, 4) / 255

    spared = ((trivially_changed(images, 1.0, seeded()) - images).abs() < 1e-4).flatten(1).all(dim=1)

    # one in 14 by the identity, 11 in 14 have a strength and one in 31 of it is none; posterizing by less than half a bit and
    # solarizing above the brightest pixel make up for the rest
    assert abs(float(spared.float().mean()) - (1 / 14 + 11 / 14 / 31 + 0.008)) < 4 * 0.31 / 10_000**0.5


def test_no_strength_changes_nothing() -> None:
    images = pixels() / 255

    assert trivially_changed(images, 0.0, seeded()) is images
