from __future__ import annotations

import math

import torch
from torch import Tensor

from luthier.fit.augment.affine import deformed, matrices, transformed
from luthier.fit.augment.settings import AugmentationSettings
from tests.fit.augment.batches import pixels, seeded


def read_through(images: Tensor, *, angle: float = 0.0, right: float = 0.0, down: float = 0.0) -> Tensor:
    turn = torch.full((len(images),), math.radians(angle))
    constant = lambda value: torch.full((len(images),), value)  # noqa: E731
    where = matrices(across=turn.cos(), slant_across=-turn.sin(), right=constant(right), slant_down=turn.sin(), down_scale=turn.cos(), down=constant(down))
    return transformed(images, where)


def test_a_matrix_that_changes_nothing_gives_the_image() -> None:
    images = pixels() / 255

    torch.testing.assert_close(read_through(images), images, rtol=0, atol=1e-5)


def test_a_turn_by_ninety_degrees_is_exact_on_a_square() -> None:
    images = pixels(4, 3, 9, 9) / 255

    torch.testing.assert_close(read_through(images, angle=90), images.rot90(1, (2, 3)), rtol=0, atol=1e-5)


def test_a_turn_keeps_the_shape_of_things_in_a_picture_that_is_no_square() -> None:
    image = torch.zeros(1, 1, 20, 40)
    image[:, :, 6:14, 16:24] = 1.0

    turned = read_through(image, angle=90)

    torch.testing.assert_close(turned[..., 10:30], image[..., 10:30], rtol=0, atol=1e-5)  # beyond, the square is seen again by reflection


def test_a_shift_by_whole_pixels_is_exact_where_nothing_comes_in() -> None:
    images = pixels(4, 1, 10, 20) / 255

    shifted = read_through(images, right=0.1, down=0.2)

    torch.testing.assert_close(shifted[:, :, :-2, :-2], images[:, :, 2:, 2:], rtol=0, atol=1e-5)


def test_turns_and_sizes_stay_within_what_was_asked_for_and_are_even_around_none() -> None:
    circle = (torch.linspace(-1, 1, 41)[:, None] ** 2 + torch.linspace(-1, 1, 41) ** 2 < 0.25).float().expand(2000, 1, 41, 41)

    areas = deformed(circle, AugmentationSettings(scale=0.5), seeded()).sum(dim=(1, 2, 3)) / circle[0].sum()

    assert 1.5**-2 * 0.97 < float(areas.min()) < float(areas.max()) < 1.5**2 * 1.03  # three percent: the rim of the circle is made of pixels
    assert abs(float(areas.log().mean())) < 4 * 2 * math.log(1.5) / 3**0.5 / 2000**0.5  # four standard errors of an even draw
