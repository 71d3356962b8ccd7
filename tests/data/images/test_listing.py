from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from luthier.core.errors import SettingInvalid
from luthier.data.images import probe_image, read_listing
from tests.data.images.pictures import picture, save


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five images of two classes, four of them with the name of somebody."""
    photos = tmp_path / "photos"
    for name in ("cat/ann_1.png", "cat/ann_2.png", "dog/ann_3.png", "dog/bob_1.png", "dog/lost.png"):
        save(photos / name, picture(0, height=8, width=8))
    return photos


def test_groups_are_taken_from_names(folder: Path) -> None:
    listing = read_listing(folder, group_from_name=r"([^/]+)_\d+\.png$")

    assert listing.groups is not None
    assert (listing.groups.name, listing.groups.to_list()) == ("group", ["ann", "ann", "ann", "bob", "dog/lost.png"])
    assert [event.what for event in listing.events] == [
        "1 of 5 names do not match '([^/]+)_\\\\d+\\\\.png$': each of these images is a group of its own.",
    ]


def test_without_a_group_in_the_expression_all_that_it_matches_is_the_group(folder: Path) -> None:
    listing = read_listing(folder, group_from_name="ann|bob|lost")

    assert listing.groups is not None
    assert listing.groups.to_list() == ["ann", "ann", "ann", "bob", "lost"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "expression": (
        {"group_from_name": "("},
        "--group-from-name must be a regular expression, but '(' came: missing ), unterminated subpattern at position 0.",
    ),
    "no match": ({"group_from_name": "zoe"}, "--group-from-name must match the names, but 'zoe' matches none of 5 (first: 'cat/ann_1.png')."),
    "both": (
        {"group_from_name": "ann", "group": "who"},
        "Groups come from a column or from the names, but both --group and --group-from-name were given. Give one.",
    ),
    "column": ({"group": "who"}, "--group names a column of a table, but 'photos' has no columns. Leave it out."),
    "image": ({"image": "photo"}, "--image names a column of a table, but 'photos' has no columns. Leave it out."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_setting_that_does_not_fit_is_refused(folder: Path, case: str) -> None:
    asked, message = REFUSED[case]

    with pytest.raises(SettingInvalid) as refusal:
        read_listing(folder, **asked)

    assert str(refusal.value) == message


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_names_that_are_no_text_are_written_with_their_bytes(folder: Path) -> None:
    os.rename(folder / "dog", os.fsencode(folder) + b"/ch\xefen")
    os.rename(folder / "cat" / "ann_1.png", os.fsencode(folder / "cat") + b"/caf\xe9.png")

    listing = read_listing(folder)

    assert listing.names[1:3] == ("cat/caf\\xe9.png", "ch\\xefen/ann_3.png")
    assert listing.labels.unique(maintain_order=True).to_list() == ["cat", "ch\\xefen"]
    assert [probe_image(reference).height for reference in listing.references] == [8] * 5
