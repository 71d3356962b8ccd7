from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.data.images.checks.said import findings, found
from tests.data.images.pictures import image_set, pictures

ROWS = 40
LABELS = ["cat", "dog"] * (ROWS // 2)


def test_images_that_are_squeezed_are_told_of(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), LABELS)
    strip = replace(images.probes[0], width=900, height=100)

    (finding,) = findings("wild-aspect-ratio", replace(images, probes=(strip, *images.probes[1:])))

    assert finding.severity == "note"
    assert finding.evidence == (
        "1 of 40 images (2.5%) are squeezed to half or less in one direction: the most is 'cat/0.png' of 900 × 100 pixels, seen as 16 × 16 (width × height)."
    )
    assert finding.remedy == "Crop or pad them to one shape if their proportions matter."


def test_many_squeezed_images_are_a_warning(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), LABELS)
    strips = tuple(replace(probe, height=90) for probe in images.probes)

    assert [severity for severity, _ in found("wild-aspect-ratio", replace(images, probes=strips))] == ["warn"]


def test_few_images_are_a_warning(tmp_path: Path) -> None:
    (finding,) = findings("few-images", image_set(tmp_path, pictures(ROWS), LABELS))

    assert finding.evidence == "There are 40 images, and the sealed test holds about 8 of them."
    assert finding.remedy == "Expect wide intervals around every score. More images help more than more time."


def test_few_sealed_images_are_a_warning_too(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), LABELS, sealed=np.arange(ROWS) >= 35)

    assert found("few-images", images) == [("warn", "There are 40 images, and the sealed test holds about 5 of them.")]


def test_a_rare_class_is_a_note(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), ["cat"] * 38 + ["dog"] * 2)

    assert found("class-imbalance", images) == [("note", "The class 'dog' has 5.00% of the images, while 'cat' has 95.0%.")]


def test_beginnings_of_names_that_repeat_propose_groups(tmp_path: Path) -> None:
    names = [f"{label}/person{row // 4:02}_{row}.png" for row, label in enumerate(LABELS)]
    images = image_set(tmp_path, pictures(ROWS), LABELS, names=names)

    (finding,) = findings("group-in-names", images)

    assert finding.severity == "note"
    assert finding.evidence == "The names share 10 beginnings, 4.0 images each, such as 'person00', 'person01', 'person02'."
    assert finding.remedy == (
        "If images with one beginning show the same thing or person, give --group-from-name '([^/]+)_[^_/]*$': then they stay on one side of every split."
    )


def test_folders_inside_the_class_folders_propose_groups(tmp_path: Path) -> None:
    names = [f"{label}/person{row // 4:02}/{row}.png" for row, label in enumerate(LABELS)]

    (finding,) = findings("group-in-names", image_set(tmp_path, pictures(ROWS), LABELS, names=names))

    assert "give --group-from-name '/([^/]+)/[^/]+/?$'" in finding.remedy


def test_names_of_a_camera_are_no_groups(tmp_path: Path) -> None:
    names = [f"{label}/IMG_{row:04}.png" for row, label in enumerate(LABELS)]

    assert found("group-in-names", image_set(tmp_path, pictures(ROWS), LABELS, names=names)) == []


def test_nothing_is_proposed_where_groups_are_given(tmp_path: Path) -> None:
    names = [f"{label}/person{row // 4:02}_{row}.png" for row, label in enumerate(LABELS)]
    images = image_set(tmp_path, pictures(ROWS), LABELS, names=names, groups=[name[4:12] for name in names])

    assert found("group-in-names", images) == []
