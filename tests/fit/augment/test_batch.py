from __future__ import annotations

import pytest
import torch

from tests.fit.augment.batches import EXTREMES, augmented, pixels


@pytest.mark.parametrize("channel", [1, 3])
@pytest.mark.parametrize("settings", EXTREMES.values(), ids=EXTREMES)
def test_every_setting_at_its_extreme_gives_images_of_the_same_shape_from_0_to_1(settings: dict[str, object], channel: int) -> None:
    images = augmented(pixels(channel=channel), **settings)

    assert (images.shape, images.dtype) == ((64, channel, 12, 10), torch.float32)
    assert images.is_contiguous(memory_format=torch.channels_last)
    assert bool(images.isfinite().all())
    assert 0 <= float(images.min()) <= float(images.max()) <= 1


@pytest.mark.parametrize("settings", EXTREMES.values(), ids=EXTREMES)
def test_the_pixels_given_are_not_changed_and_the_generator_decides(settings: dict[str, object]) -> None:
    given = pixels()
    before = given.clone()

    images = augmented(given, **settings)

    assert torch.equal(given, before)
    assert torch.equal(images, augmented(given, **settings))
    assert settings == {"flip": "alternating"} or not torch.equal(images, augmented(given, seed=1, **settings))


def test_nothing_happens_where_nothing_is_asked_for() -> None:
    given = pixels()

    assert torch.equal(augmented(given), given / 255)


@pytest.mark.parametrize("settings", [{"shift": 0.3, "erase": 0.5}, {"rotation": 30.0, "brightness": 0.5, "erase": 0.5}], ids=["bytes", "floats"])
def test_an_image_is_changed_in_the_same_way_however_it_lies_in_memory(settings: dict[str, float]) -> None:
    planes = pixels(channel=1)

    images = augmented(planes, **settings)

    assert torch.equal(images, augmented(planes.contiguous(), **settings))
    assert torch.equal(images, augmented(torch.cat([planes, planes], dim=3)[..., :10], **settings))


def test_another_floating_type_holds_the_same_images() -> None:
    given = pixels()

    images = augmented(given, shift=0.2, erase=0.5, dtype=torch.bfloat16)

    assert images.dtype == torch.bfloat16
    torch.testing.assert_close(images.float(), augmented(given, shift=0.2, erase=0.5), rtol=2**-8, atol=0)


@pytest.mark.parametrize(("schedule", "still"), [("rising", 0.0), ("falling", 1.0)])
def test_a_schedule_moves_the_strength_and_leaves_the_flips(schedule: str, still: float) -> None:
    strong = {"shift": 0.5, "rotation": 90.0, "brightness": 0.5, "erase": 1.0, "trivial": 1.0}

    calm = augmented(pixels(), progress=still, strength_schedule=schedule, flip="random", **strong)
    wild = augmented(pixels(), progress=1 - still, strength_schedule=schedule, **strong)

    assert torch.equal(calm, augmented(pixels(), flip="random"))
    assert torch.equal(wild, augmented(pixels(), **strong))
