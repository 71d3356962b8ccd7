from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from luthier.core.errors import DataUnreadable
from luthier.data.images import read_listing
from tests.data.images.pictures import class_folders, picture, save


def test_the_first_level_of_folders_is_the_class(tmp_path: Path) -> None:
    class_folders(tmp_path, {"dog": 1, "cat": 2})
    save(tmp_path / "cat" / "black" / "old.PNG", picture(9))

    listing = read_listing(tmp_path)

    assert listing.names == ("cat/000.png", "cat/001.png", "cat/black/old.PNG", "dog/000.png")
    assert listing.labels.to_list() == ["cat", "cat", "cat", "dog"]
    assert (listing.sealed, listing.events) == (None, ())


def test_test_images_that_lie_apart_are_sealed_and_validation_images_join_the_training(tmp_path: Path) -> None:
    for part, count in (("test", 1), ("train", 3), ("val", 2)):
        class_folders(tmp_path / part, {"cat": count, "dog": count})

    listing = read_listing(tmp_path)

    assert listing.sealed is not None
    assert listing.names[-2:] == ("test/cat/000.png", "test/dog/000.png")
    np.testing.assert_array_equal(listing.sealed, [False] * 10 + [True] * 2)
    assert set(listing.labels) == {"cat", "dog"}
    assert [event.what for event in listing.events] == ["The images in 'val' were joined with the training images: folds are made of both."]


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    class_folders(tmp_path, {"train": 2, "bus": 2})

    assert set(read_listing(tmp_path).labels) == {"bus", "train"}


def test_what_is_no_image_is_counted(tmp_path: Path) -> None:
    class_folders(tmp_path, {"cat": 2, "dog": 2, "horse": 0})
    for name in ("cat/.DS_Store", "cat/notes.txt", "README.md", ".git/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "horse").mkdir()
    save(tmp_path / "lost.png", picture(0))

    listing = read_listing(tmp_path)

    assert len(listing.names) == 4
    assert [event.what for event in listing.events] == [
        "The folder 'horse' holds no image: it is no class.",
        "4 files were ignored: 1 hidden, 2 no images, 1 images outside a class folder.",
    ]


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataUnreadable) as empty:
        read_listing(tmp_path)
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataUnreadable) as without:
        read_listing(tmp_path)

    begins = f"A folder of images must hold a folder for each class with images in it, but {str(tmp_path)!r} holds"
    assert str(empty.value) == f"{begins} nothing. Check the path."
    assert str(without.value) == f"{begins} 1 other file. Check the path."


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "photos"

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(path)

    assert str(refusal.value) == f"There is no file or folder {str(path)!r}. Check the path; it is looked for from the folder {str(Path.cwd())!r}."


def test_images_without_class_folders_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png", picture(0))

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == (
        f"A folder of images must hold a folder for each class, but the 1 images of {str(tmp_path)!r} lie directly in it. "
        "Move each into a folder named for its class, or give a table with a column of their paths."
    )


def test_one_class_is_refused(tmp_path: Path) -> None:
    class_folders(tmp_path, {"cat": 3})

    with pytest.raises(DataUnreadable) as refusal:
        read_listing(tmp_path)

    assert str(refusal.value) == (
        f"A classifier needs images of at least 2 classes, but {str(tmp_path)!r} holds one class folder with images: 'cat'. "
        "Put the images of each class into a folder of its own."
    )
