"""The checks that tell of files: unreadable and missing ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.data.images.checks.said import findings, found
from tests.data.images.pictures import image_set, pictures


def test_unreadable_images_are_named_with_the_reason(tmp_path: Path) -> None:
    broken = tuple((f"cat/{row}.png", "it is empty") for row in range(7))
    images = replace(image_set(tmp_path, pictures(12), ["cat", "dog"] * 6), unreadable=broken)

    (finding,) = findings("unreadable-image", images)

    assert finding.severity == "warn"
    assert finding.evidence == (
        "7 of 19 images cannot be read and were set aside ('cat/0.png': it is empty; 'cat/1.png': it is empty; 'cat/2.png': it is empty; "
        "'cat/3.png': it is empty; 'cat/4.png': it is empty; and 2 more)."
    )
    assert finding.remedy == "Bring them anew from their source, or remove them."


def test_paths_without_a_file_are_named(tmp_path: Path) -> None:
    images = replace(image_set(tmp_path, pictures(12), ["cat", "dog"] * 6), missing=("a.png", "b.png"))

    (finding,) = findings("missing-image", images)

    assert finding.severity == "warn"
    assert finding.evidence == "2 of the table's paths lead to no file, and their rows were set aside: 'a.png', 'b.png'."
    assert finding.remedy == "Put the files there, or correct the paths; they are relative to the table."


def test_nothing_is_said_where_all_files_are_whole(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(12), ["cat", "dog"] * 6)

    assert found("unreadable-image", images) == found("missing-image", images) == []
