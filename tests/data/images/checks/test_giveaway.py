from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from luthier.data.images import ImageSet
from tests.data.images.checks.said import findings, found
from tests.data.images.pictures import image_set, pictures

ROWS = 80
LABELS = ["cat", "dog"] * (ROWS // 2)


def with_facts(cache: Path, **facts: list[Any]) -> ImageSet:
    """Eighty images with some facts of their files replaced."""
    images = image_set(cache, pictures(ROWS), LABELS)
    probes = tuple(replace(probe, **{fact: values[row] for fact, values in facts.items()}) for row, probe in enumerate(images.probes))
    return replace(images, probes=probes)


def test_a_format_that_is_the_class_gives_it_away(tmp_path: Path) -> None:
    (finding,) = findings("giveaway", with_facts(tmp_path, format=["PNG", "JPEG"] * (ROWS // 2)))

    assert finding.severity == "warn"
    assert finding.evidence == "The format of the file alone takes 100% off the error of a constant guess (held-out halves of all 80 images)."
    assert finding.remedy == "Were the classes made in different ways? Bring all images to one size, format and border first, or the network may learn these."


def test_several_facts_are_named_together(tmp_path: Path) -> None:
    images = with_facts(tmp_path, width=[100, 200] * (ROWS // 2), encoded_bytes=[1_000, 5_000] * (ROWS // 2))

    ((_, evidence),) = found("giveaway", images)

    assert evidence.endswith("; so does the size of the file in bytes.")


def test_a_border_that_is_the_class_gives_it_away(tmp_path: Path) -> None:
    pixels = pictures(ROWS)
    pixels[::2, [0, -1]] = pixels[::2, :, [0, -1]] = 255

    ((_, evidence),) = found("giveaway", image_set(tmp_path, pixels, LABELS))

    assert evidence.startswith("The ")
    assert " of the border alone takes " in evidence


def test_facts_that_vary_by_themselves_give_nothing_away(tmp_path: Path) -> None:
    sizes = np.random.default_rng(0).integers(100, 200, ROWS).tolist()

    assert found("giveaway", with_facts(tmp_path, width=sizes, height=sizes[::-1], encoded_bytes=sizes)) == []


def test_classes_of_two_images_each_are_looked_at_without_a_warning(tmp_path: Path) -> None:
    labels = [f"kind {number // 2}" for number in range(ROWS)]

    assert found("giveaway", image_set(tmp_path, pictures(ROWS), labels)) == []
