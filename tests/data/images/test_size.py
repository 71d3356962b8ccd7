from __future__ import annotations

import pytest

from luthier.core.errors import SettingInvalid
from luthier.data.images import Probe, choose_size


def of(*sizes: tuple[int, int]) -> list[Probe]:
    """Probes of images of some heights and widths."""
    return [Probe(height=height, width=width, mode="RGB", format="PNG") for height, width in sizes]


@pytest.mark.parametrize(
    ("sizes", "seconds", "rows", "expected"),
    [
        ([(28, 28)], 60, 60_000, (28, 28)),
        ([(50, 50)], 600, 500, (50, 50)),
        ([(64, 64)], 300, 1_906, (64, 64)),
        ([(64, 64)], 10, 1_906, (32, 32)),
        ([(20, 30), (22, 34), (24, 38)], 600, 100, (22, 32)),
        ([(480, 640)], 600, 2_000, (84, 112)),
        ([(3000, 30)], 600, 2_000, (192, 30)),
    ],
    ids=["small", "one size that can be afforded", "emoji", "little time", "mixed and small", "photographs", "strips"],
)
def test_the_size_follows_the_images_and_the_budget(sizes: list[tuple[int, int]], seconds: float, rows: int, expected: tuple[int, int]) -> None:
    assert choose_size(of(*sizes), budget_seconds=seconds, rows=rows) == expected


@pytest.mark.parametrize("sizes", [[(37, 37), (45, 41)], [(300, 90), (310, 95)], [(10, 400), (12, 380)], [(5, 5), (4, 7)]])
def test_no_side_is_longer_than_the_median_and_long_sides_are_multiples_of_four(sizes: list[tuple[int, int]]) -> None:
    chosen = choose_size(of(*sizes), budget_seconds=1e6, rows=10)

    for axis, side in enumerate(chosen):
        assert side <= (sizes[0][axis] + sizes[1][axis]) / 2
        assert side <= 32 or side % 4 == 0


def test_a_faster_device_pays_for_more_pixels() -> None:
    photos = of((1_000, 1_000), (1_000, 1_002))

    sides = [choose_size(photos, budget_seconds=300, rows=20_000, pixels_per_second=speed)[0] for speed in (2e6, 2e7, 2e8)]

    assert sides == [32, 64, 224]


def test_a_person_states_the_side_of_a_square() -> None:
    assert choose_size(of((480, 640)), budget_seconds=10, rows=10**6, image_size=96) == (96, 96)


@pytest.mark.parametrize("stated", [0, 513])
def test_a_side_out_of_range_is_refused(stated: int) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        choose_size(of((64, 64)), budget_seconds=60, rows=100, image_size=stated)

    assert str(refusal.value) == f"--image-size must be from 8 to 512 pixels, but {stated} came."
