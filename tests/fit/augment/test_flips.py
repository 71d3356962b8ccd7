from __future__ import annotations

import torch
from torch import Tensor

from luthier.fit.augment.flips import in_turn
from tests.fit.augment.batches import augmented, pixels


def mirrored(images: Tensor, given: Tensor, *axes: int) -> Tensor:
    """Which images are the given ones, mirrored along some axes."""
    return (images == (given / 255).flip(axes)).flatten(1).all(dim=1)


def test_a_coin_mirrors_half_of_the_images_and_leaves_the_others() -> None:
    given = pixels(4000, 1, 3, 4)

    images = augmented(given, flip="random")

    flipped = mirrored(images, given, 3)
    assert bool((flipped | mirrored(images, given)).all())
    assert abs(float(flipped.float().mean()) - 0.5) < 4 * 0.5 / 4000**0.5  # four standard errors of a fair coin


def test_vertical_flips_are_tossed_apart_from_the_others() -> None:
    given = pixels(4000, 1, 3, 4)

    images = augmented(given, flip="random", flip_vertical=True)

    shares = [float(mirrored(images, given, *axes).float().mean()) for axes in ((), (2,), (3,), (2, 3))]
    assert abs(sum(shares) - 1) < 1e-6
    assert all(abs(share - 0.25) < 4 * 0.433 / 4000**0.5 for share in shares)


def test_alternating_flips_mirror_each_image_in_exactly_every_second_epoch() -> None:
    given = pixels(500, 1, 3, 4)

    sides = [mirrored(augmented(given, flip="alternating", epoch=epoch, seed=epoch), given, 3) for epoch in range(4)]

    assert torch.equal(sides[0], ~sides[1])
    assert torch.equal(sides[0], sides[2])
    assert torch.equal(sides[1], sides[3])


def test_which_epochs_mirror_a_row_is_even_and_without_pattern_over_the_rows() -> None:
    sides = in_turn(torch.arange(10_000), 0).float() * 2 - 1
    tolerance = 4 / 10_000**0.5  # four standard errors

    assert abs(float(sides.mean())) < tolerance
    assert all(abs(float((sides[lag:] * sides[:-lag]).mean())) < tolerance for lag in (1, 2, 3, 10, 128))
