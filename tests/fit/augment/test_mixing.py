from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from luthier.fit.augment import AugmentationSettings, mix
from luthier.fit.augment.mixing import blended, with_rectangle
from tests.fit.augment.batches import pixels, seeded

KINDS = {"mixup": {"mixup": 0.4}, "cutmix": {"cutmix": 1.0}, "both": {"mixup": 0.4, "cutmix": 1.0}}


def batch(size: int = 32) -> tuple[Tensor, Tensor]:
    return pixels(size) / 255, torch.arange(size) % 4


@pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)
def test_soft_targets_sum_to_one_and_what_was_given_is_not_changed(settings: dict[str, float]) -> None:
    images, targets = batch()
    before = images.clone()

    mixed, soft = mix(images, targets, 4, AugmentationSettings(**settings), seeded(3))

    assert (mixed.shape, soft.shape) == (images.shape, (32, 4))
    torch.testing.assert_close(soft.sum(dim=1), torch.ones(32))
    assert torch.equal(images, before)
    assert mixed.is_contiguous(memory_format=torch.channels_last)
    assert not torch.equal(mixed, images)


def test_mixup_blends_images_and_targets_by_one_share() -> None:
    images, targets = batch()
    own = torch.eye(32)[torch.arange(32)]

    mixed, soft = mix(images, torch.arange(32), 32, AugmentationSettings(mixup=1.0), seeded())

    share = float(soft.diagonal().min())  # an image that meets itself has more
    others = (soft - share * own).argmax(dim=1)
    moved = others != torch.arange(32)
    torch.testing.assert_close(mixed[moved], (share * images + (1 - share) * images[others])[moved])
    torch.testing.assert_close(blended(images, targets, 0.25), 0.25 * images + 0.75 * images[targets])


@pytest.mark.parametrize("middle", [(0.5, 0.5), (0.0, 0.99), (0.99, 0.0)])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.999, 1.0])
def test_cutmix_gives_each_image_the_share_of_its_own_pixels_that_is_left(share: float, middle: tuple[float, float]) -> None:
    images, others = torch.stack([torch.zeros(3, 12, 10), torch.ones(3, 12, 10)]), torch.tensor([1, 0])

    mixed, left = with_rectangle(images, others, share, middle=middle)

    assert abs(float(1 - mixed[0].mean()) - left) < 1e-6
    assert torch.equal(mixed[0], 1 - mixed[1])
    assert share - 0.1 <= left <= 1
    assert middle != (0.5, 0.5) or abs(left - share) < 0.1  # sides are whole pixels


def test_the_numbers_of_a_regression_are_mixed_as_numbers() -> None:
    images, numbers = pixels(32) / 255, torch.linspace(-1, 1, 32)

    _, mixed = mix(images, numbers, 1, AugmentationSettings(mixup=1.0), seeded())

    assert mixed.shape == (32,)
    assert abs(float(mixed.mean() - numbers.mean())) < 1e-6
    assert float(mixed.std()) < float(numbers.std())


def test_shares_follow_the_beta_distribution_of_alpha() -> None:
    images, numbers = torch.zeros(2, 1, 2, 2), torch.tensor([0.0, 1.0])
    generator = seeded()

    drawn = [float(mix(images, numbers, 1, AugmentationSettings(mixup=0.4), generator)[1][0]) for _ in range(2000)]

    swapped = np.array([value for value in drawn if value > 0])  # in half of the batches the two change places
    assert abs(len(swapped) / 2000 - 0.5) < 0.05
    assert abs(swapped.mean() - 0.5) < 0.04
    assert abs(swapped.var() - 0.25 / 1.8) < 0.012  # a b / ((a + b)^2 (a + b + 1)) with a = b = 0.4


def test_a_coin_decides_for_the_batch_where_both_are_asked_for() -> None:
    images = torch.stack([torch.zeros(1, 16, 16), torch.ones(1, 16, 16)] * 8)
    generator, settings = seeded(), AugmentationSettings(mixup=5.0, cutmix=5.0)

    blends = [bool(((mixed > 0.01) & (mixed < 0.99)).any()) for mixed, _ in (mix(images, torch.arange(16), 16, settings, generator) for _ in range(400))]

    assert abs(sum(blends) / 400 - 0.5) < 0.1  # four standard errors


def test_targets_are_soft_and_images_stay_where_nothing_is_mixed() -> None:
    images, targets = batch()

    same, soft = mix(images, targets, 4, AugmentationSettings(), seeded())

    assert same is images
    assert torch.equal(soft.argmax(dim=1), targets)
