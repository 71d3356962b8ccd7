"""The checks that tell of images that nearly equal each other: copies, conflicts, leaks into a given test."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from luthier.data.images import ImageSet
from tests.data.images.checks.said import findings, found
from tests.data.images.pictures import image_set, pictures

LABELS = ["cat", "dog"] * 20


def with_copies(cache: Path, copies: dict[int, int], *, sealed: np.ndarray | None = None) -> ImageSet:
    """Forty images, some of them a darker copy of an earlier one."""
    pixels = pictures(40)
    for copy, original in copies.items():
        pixels[copy] = pixels[original] * 0.9
    return image_set(cache, pixels, LABELS, sealed=sealed)


def test_near_duplicates_are_counted(tmp_path: Path) -> None:
    (finding,) = findings("near-duplicates", with_copies(tmp_path, {10: 4, 12: 4}))

    assert finding.severity == "warn"
    assert finding.evidence == "2 of 40 images (5.0%) equal or nearly equal an earlier one, such as 'cat/10.png' and 'cat/4.png'."
    assert finding.remedy == "They stay on one side of every split. Remove them if they are copies by mistake."


def test_a_copy_of_another_class_is_a_conflict(tmp_path: Path) -> None:
    (finding,) = findings("label-conflict", with_copies(tmp_path, {10: 4, 11: 4}))

    assert finding.severity == "warn"
    assert finding.evidence == "1 image has another label than one that nearly equals it ('cat/4.png' is 'cat', 'dog/11.png' is 'dog')."
    assert finding.remedy == "Either label may be wrong, or the classes overlap. Correct the labels, or remove such images."


def test_many_conflicts_are_counted(tmp_path: Path) -> None:
    ((_, evidence),) = found("label-conflict", with_copies(tmp_path, dict.fromkeys(range(11, 23, 2), 4)))

    assert evidence.startswith("6 images have another label than one that nearly equals it (")
    assert evidence.endswith("; and 2 more).")


def test_a_copy_of_a_sealed_image_is_a_warning(tmp_path: Path) -> None:
    (finding,) = findings("sealed-duplicates", with_copies(tmp_path, {36: 4, 37: 4}, sealed=np.arange(40) >= 30))

    assert finding.severity == "warn"
    assert finding.evidence == "1 of 30 training images nearly equal a sealed test image: 'cat/4.png', beside 2 test images."
    assert finding.remedy == "They were left out of the training, so that the score is true. Scores published for this division may contain them."


def test_different_images_are_no_matter(tmp_path: Path) -> None:
    images = with_copies(tmp_path, {}, sealed=np.arange(40) >= 30)

    assert found("near-duplicates", images) == found("label-conflict", images) == found("sealed-duplicates", images) == []
