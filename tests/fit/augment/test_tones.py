from __future__ import annotations

import torch

from luthier.fit.augment.tones import equalized, posterized, sharpened, solarized, stretched
from tests.fit.augment.batches import pixels

NONE, FULL = torch.zeros(1), torch.ones(1)


def levels(*values: int) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32).view(1, 1, 1, -1) / 255


def test_posterizing_leaves_256_levels_at_amount_0_and_4_at_amount_1() -> None:
    all_levels = levels(*range(256))

    torch.testing.assert_close(posterized(all_levels, NONE), all_levels)
    torch.testing.assert_close(posterized(all_levels, FULL).unique(), levels(0, 64, 128, 192).flatten())


def test_solarizing_inverts_what_is_brighter_than_the_rest_of_the_amount() -> None:
    assert torch.equal(solarized(levels(0, 100, 255), NONE), levels(0, 100, 255))
    torch.testing.assert_close(solarized(levels(0, 100, 200), torch.tensor([0.5])), levels(0, 100, 55))


def test_stretching_reaches_from_black_to_white_and_leaves_one_level_alone() -> None:
    torch.testing.assert_close(stretched(levels(100, 150, 200)), levels(0, 127, 255), rtol=0, atol=0.51 / 255)
    assert torch.equal(stretched(levels(7, 7, 7)), levels(7, 7, 7))


def test_equalizing_makes_levels_even_and_leaves_one_level_alone() -> None:
    dark = (pixels(1, 1, 50, 50) / 255) ** 3

    even = equalized(dark).flatten().sort().values

    torch.testing.assert_close(even[::100], torch.linspace(0, 1, 2500)[::100], rtol=0, atol=0.3)  # a fifth of all is black before and after
    assert torch.equal(equalized(levels(7, 7, 7)), levels(7, 7, 7))


def test_sharpening_by_one_changes_nothing_and_less_is_smoother() -> None:
    images = pixels(1) / 255

    torch.testing.assert_close(sharpened(images, FULL), images)
    assert float(sharpened(images, NONE).var()) < 0.5 * float(images.var())
    assert torch.equal(sharpened(torch.full((1, 3, 4, 4), 0.5), NONE * 0 + 1.9), torch.full((1, 3, 4, 4), 0.5))
