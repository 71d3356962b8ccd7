from __future__ import annotations

import torch

from luthier.fit.augment.shifts import read_at, shifted
from tests.fit.augment.batches import augmented, pixels, seeded


def test_a_shift_moves_the_content_and_reflects_it_at_the_edge() -> None:
    lines, columns = torch.arange(3)[None], torch.tensor([[2, 1, 0, 1]])
    image = torch.tensor([[10, 20, 30, 40]] * 3, dtype=torch.uint8)[None, None]

    assert read_at(image, lines, columns)[0, 0, 0].tolist() == [30, 20, 10, 20]


def test_every_shift_up_to_the_largest_comes_about_as_often() -> None:
    places = shifted(pixels(7000, 1, 2, 28), 28, 0.07, seeded())

    shifts = torch.bincount(places[:, 14] - 12)
    assert len(shifts) == 5
    assert bool(((shifts / 7000 - 0.2).abs() < 4 * 0.4 / 7000**0.5).all())  # four standard errors


def test_what_stays_in_the_picture_keeps_its_content() -> None:
    given = torch.zeros(600, 3, 20, 20, dtype=torch.uint8)
    given[:, :, 8:12, 8:12] = torch.tensor([50, 100, 200], dtype=torch.uint8).view(3, 1, 1)

    images = augmented(given, shift=0.2)

    assert bool((images.sum(dim=(2, 3)) == (given / 255).sum(dim=(2, 3))).all())
    assert len(images.flatten(1).unique(dim=0)) == 81  # nine shifts each way


def test_lines_and_columns_of_color_images_are_read_as_a_double_loop_reads_them() -> None:
    given = pixels(5, 3, 6, 4)
    lines, columns = (torch.randint(side, (5, side), generator=seeded(side)) for side in (6, 4))

    read = read_at(given, lines, columns)

    for image in range(5):
        assert torch.equal(read[image], given[image][:, lines[image]][:, :, columns[image]])


def test_a_share_that_is_less_than_half_a_pixel_moves_nothing() -> None:
    given = pixels(8, 1, 6, 6)

    assert torch.equal(augmented(given, shift=0.07), given / 255)
