from __future__ import annotations

import torch

from luthier.fit.augment.colors import LUMA, grayed, with_factors
from tests.fit.augment.batches import augmented, pixels


def factor(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), float(value))


def test_factors_of_one_change_nothing() -> None:
    images = pixels() / 255

    torch.testing.assert_close(with_factors(images, brightness=factor(1, images), contrast=factor(1, images), color=factor(1, images)), images)


def test_brightness_contrast_and_saturation_agree_with_their_formulas() -> None:
    images = pixels(4) / 255 * 0.4 + 0.3  # nothing leaves [0, 1]
    gray = (images * torch.tensor(LUMA).view(3, 1, 1)).sum(dim=1, keepdim=True)
    mean = gray.mean(dim=(2, 3), keepdim=True)

    torch.testing.assert_close(with_factors(images, brightness=factor(1.3, images)), images * 1.3)
    torch.testing.assert_close(with_factors(images, contrast=factor(0.5, images)), mean + 0.5 * (images - mean))
    torch.testing.assert_close(with_factors(images, color=factor(0.2, images)), gray + 0.2 * (images - gray))
    in_turn = with_factors(with_factors(with_factors(images, brightness=factor(1.1, images)), contrast=factor(0.7, images)), color=factor(0.4, images))
    together = with_factors(images, brightness=factor(1.1, images), contrast=factor(0.7, images), color=factor(0.4, images))
    torch.testing.assert_close(together, in_turn)


def test_no_saturation_is_gray() -> None:
    images = pixels() / 255

    gray = with_factors(images, color=factor(0, images))

    torch.testing.assert_close(gray, grayed(images).expand_as(gray))


def test_saturation_does_nothing_to_gray_images() -> None:
    given = pixels(channel=1)

    torch.testing.assert_close(augmented(given, color=1.0), given / 255)


def test_the_mean_brightness_is_what_it_was() -> None:
    given = torch.full((4000, 3, 2, 2), 102, dtype=torch.uint8)

    images = augmented(given, brightness=0.5, contrast=0.5, color=0.5)

    assert abs(float(images.mean()) - 0.4) < 4 * 0.4 * 0.5 / 3**0.5 / 4000**0.5  # four standard errors of an even draw
