from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from luthier.core.errors import DataUnreadable
from luthier.data.images import decode, read_listing
from tests.data.images.pictures import mnist_folder, write_idx


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_folder_of_idx_files_is_read_with_its_test_rows_sealed(tmp_path: Path, ending: str) -> None:
    listing = read_listing(mnist_folder(tmp_path, ending=ending))

    assert listing.sealed is not None
    np.testing.assert_array_equal(listing.sealed, [False] * 30 + [True] * 12)
    assert listing.labels.to_list() == [row % 3 for row in range(30)] + [row % 3 for row in range(12)]
    assert (listing.names[0], listing.names[-1]) == ("train-images/0", "t10k-images/11")
    np.testing.assert_array_equal(decode(listing.references[29], 1)[:, :, 0], np.random.default_rng(0).integers(0, 256, (30, 8, 6))[29])


def test_one_file_is_read_with_its_labels_and_nothing_sealed(tmp_path: Path) -> None:
    listing = read_listing(mnist_folder(tmp_path) / "train-images-idx3-ubyte")

    assert (len(listing.names), listing.sealed) == (30, None)


def test_classes_are_named_by_a_file_beside_the_images(tmp_path: Path) -> None:
    (mnist_folder(tmp_path) / "classes.txt").write_text("shirt\nbag\nboot\n")

    assert read_listing(tmp_path).labels.to_list()[:4] == ["shirt", "bag", "boot", "shirt"]


def test_too_few_class_names_are_refused(tmp_path: Path) -> None:
    (mnist_folder(tmp_path) / "classes.txt").write_text("shirt\nbag\n")

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == (
        f"classes.txt in {tmp_path.name!r} must name every class once, one a line, but it has 2 lines with 2 different names, "
        "and the labels go up to 2. Correct it."
    )


IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
BROKEN = {
    "cut": (
        IMAGES,
        lambda path: path.write_bytes(path.read_bytes()[:-7]),
        f"'{IMAGES}' must hold 1,440 bytes of shape [30, 8, 6], but it holds 1,433: it is not whole. Bring it anew.",
    ),
    "lengths": (
        LABELS,
        lambda path: write_idx(path, np.zeros(29)),
        f"Images and labels must be as many, but '{IMAGES}' holds 30 images and '{LABELS}' 29 labels. Bring the files that belong together.",
    ),
    "no labels": (LABELS, lambda path: path.unlink(), f"Images need their labels, but '{LABELS}' is not beside '{IMAGES}', gzipped or not. Put it there."),
    "no idx": (
        IMAGES,
        lambda path: path.write_bytes(b"PNG and so on"),
        f"'{IMAGES}' must be an idx file of unsigned bytes, but it begins with b'PNG '. Check that it is the right file.",
    ),
    "flat": (
        IMAGES,
        lambda path: write_idx(path, np.zeros(30)),
        f"'{IMAGES}' must hold images of one or three channels, but its shape is [30]. Check that it is the right file.",
    ),
    "deep": (
        LABELS,
        lambda path: write_idx(path, np.zeros((30, 2))),
        f"'{LABELS}' must hold one label an image, but its shape is [30, 2]. Check that it is the right file.",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused(tmp_path: Path, case: str) -> None:
    name, breaks, message = BROKEN[case]
    breaks(mnist_folder(tmp_path) / name)

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == message


def test_a_gzip_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = mnist_folder(tmp_path, ending=".gz") / f"{IMAGES}.gz"
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == f"'{IMAGES}.gz' cannot be unpacked: it is no whole gzip file. Bring it anew."


def test_one_class_is_refused(tmp_path: Path) -> None:
    mnist_folder(tmp_path, train=1, test=1)

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == f"A classifier needs images of at least 2 classes, but all 2 labels of {tmp_path.name!r} are 0. Bring images of others too."
