from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from luthier.core.errors import DataUnreadable, TooFewRows
from luthier.core.task import ColumnKind, PixelShape, TaskKind
from luthier.data.images import SizeChoice, build_image_set, read_listing
from tests.data.images.pictures import class_folders, image_set, mnist_folder, picture, pictures, save


def test_a_folder_becomes_a_dataset_of_one_column_with_its_pixels_beside_it(tmp_path: Path) -> None:
    images = build_image_set(read_listing(class_folders(tmp_path / "pets", {"cat": 6, "dog": 7, "owl": 5})), cache=tmp_path / "cache")

    (column,) = images.dataset.schema.columns
    assert (column.name, column.kind) == ("image", ColumnKind.IMAGE)
    assert (images.dataset.task.kind, images.dataset.task.classes) == (TaskKind.MULTICLASS, ("cat", "dog", "owl"))
    assert images.names[6] == "dog/000.png"
    assert images.shape == PixelShape(channels=3, height=12, width=12)
    np.testing.assert_array_equal(images.pixels[6], picture(6, height=12, width=12))


def test_class_folders_named_by_many_numbers_are_classes(tmp_path: Path) -> None:
    listing = read_listing(class_folders(tmp_path / "signs", {f"{number:05}": 2 for number in range(30)}))

    task = build_image_set(listing, cache=tmp_path / "cache").dataset.task

    assert (task.kind, len(task.classes), task.why, task.guessed) == (TaskKind.MULTICLASS, 30, "a folder is a class", True)


def test_numbers_of_a_table_are_a_regression(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(12), [row * 0.25 for row in range(12)])

    assert images.dataset.task.kind is TaskKind.REGRESSION
    assert images.dataset.target.tolist()[:3] == [0.0, 0.25, 0.5]


def test_where_the_pixels_lie_is_an_event(tmp_path: Path) -> None:
    images = build_image_set(read_listing(mnist_folder(tmp_path / "digits")), cache=tmp_path / "cache")

    assert [event.what for event in images.dataset.events] == [f"The decoded images lie in {str(images.cache_path)!r} (2,016 bytes)."]


def test_unreadable_images_are_set_aside_and_named(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "pets", {"cat": 8, "dog": 8})
    (folder / "cat/001.png").write_text("text")
    whole = (folder / "dog/002.png").read_bytes()
    (folder / "dog/002.png").write_bytes(whole[: len(whole) - 60])

    images = build_image_set(read_listing(folder), cache=tmp_path / "cache")

    assert [name for name, _ in images.unreadable] == ["cat/001.png", "dog/002.png"]
    assert (images.dataset.rows, len(images.pixels), len(images.probes), len(images.clusters)) == (14, 14, 14, 14)
    assert images.dataset.target.tolist() == [0] * 7 + [1] * 7
    np.testing.assert_array_equal(images.pixels[-1], picture(15, height=12, width=12))


def test_images_that_are_gray_in_every_channel_have_one(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "pets", {"cat": 6, "dog": 6})
    for path in folder.rglob("*.png"):
        save(path, np.repeat(picture(int(path.stem), channels=1), 3, axis=2))

    images = build_image_set(read_listing(folder), cache=tmp_path / "cache")

    assert images.shape.channels == 1
    assert images.dataset.events[0].what == ("The images were taken for gray: in 12 of the 12 that may hold color, red, green and blue are equal everywhere.")


def test_a_stated_size_is_kept_and_resizing_is_an_event(tmp_path: Path) -> None:
    listing = read_listing(class_folders(tmp_path / "pets", {"cat": 6, "dog": 6}))

    images = build_image_set(listing, size=SizeChoice(image_size=8), cache=tmp_path / "cache")

    assert images.pixels.shape == (12, 8, 8, 3)
    assert images.dataset.events[0].what == "12 of 12 images were resized to 8 × 8 (height × width)."


def test_a_group_is_a_column_that_no_network_sees(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(12), ["a", "b"] * 6, groups=["x", "y", "z"] * 4)

    assert (images.dataset.schema.group, images.dataset.frame["group"][1]) == ("group", "y")
    assert [column.name for column in images.dataset.schema.inputs] == ["image"]


def test_the_digest_is_that_of_the_pixels(tmp_path: Path) -> None:
    pixels, labels = pictures(12), ["a", "b"] * 6
    other = pixels.copy()
    other[5, 0, 0, 0] ^= 1

    one, same, another = (image_set(tmp_path, array, labels) for array in (pixels, pixels.copy(), other))

    assert one.digest == same.digest != another.digest


def test_images_of_which_none_can_be_read_are_refused(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "pets", {"cat": 6, "dog": 6})
    for path in folder.rglob("*.png"):
        path.write_bytes(b"")

    with pytest.raises(DataUnreadable) as refusal:
        build_image_set(read_listing(folder), cache=tmp_path / "cache")

    assert str(refusal.value) == ("None of the 12 images of 'pets' can be read (first: 'cat/000.png': it is empty). Check that they are whole image files.")


def test_fewer_than_ten_readable_images_are_refused(tmp_path: Path) -> None:
    folder = class_folders(tmp_path / "pets", {"cat": 5, "dog": 5})
    (folder / "cat/000.png").write_bytes(b"")

    with pytest.raises(TooFewRows) as refusal:
        build_image_set(read_listing(folder), cache=tmp_path / "cache")

    assert str(refusal.value) == "A fit needs at least 10 images, but 'pets' has 9 that can be read, of 10. Add images."
