"""Bad images: exit code 1, one whole message that says what is required, what came and what to do; nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.journeys.conftest import Run
from tests.journeys.pictures import photo, save, write_photos
from tests.journeys.tables import write_table
from tests.journeys.test_bad_input import refused

Damage = Callable[[Path], object]


def one_class(photos: Path) -> None:
    shutil.rmtree(photos / "leaf")


def class_of_one(photos: Path) -> None:
    save(photos / "oak" / "00.png", photo(0, 50))


def only_text(photos: Path) -> None:
    for file in photos.rglob("*.png"):
        file.write_text("no image")


def few(photos: Path) -> None:
    for file in sorted(photos.rglob("*.png")):
        if int(file.stem) >= 4:
            file.unlink()


def without_classes(photos: Path) -> None:
    for file in sorted(photos.rglob("*.png")):
        file.rename(photos / f"{file.parent.name}{file.name}")


def emptied(photos: Path) -> None:
    for kind in ("leaf", "rose"):
        shutil.rmtree(photos / kind)


FOLDERS: dict[str, tuple[Damage, str]] = {
    "empty": (emptied, "A folder of images must hold a folder for each class with images in it, but 'photos' holds nothing. Check the path."),
    "one-class": (
        one_class,
        "A classifier needs images of at least 2 classes, but 'photos' holds one class folder with images: 'rose'. "
        "Put the images of each class into a folder of its own.",
    ),
    "class-of-one": (
        class_of_one,
        "'photos' is not fit to learn from as it is.\n"
        "class-too-small: A class needs 2 different images, one to learn from and one to judge by, but these have one: 'oak'. "
        "Add images, join the class with another, or remove it.\nIf you know better, override with --force-through class-too-small.",
    ),
    "unreadable": (
        only_text,
        "None of the 40 images of 'photos' can be read (first: 'leaf/00.png': it is no image of a known format). Check that they are whole image files.",
    ),
    "few": (few, "A fit needs at least 10 images, but 'photos' has 8. Add images."),
    "no-class-folders": (
        without_classes,
        "A folder of images must hold a folder for each class, but the 40 images of 'photos' lie directly in it. "
        "Move each into a folder named for its class, or give a table with a column of their paths.",
    ),
}

OF_COLUMNS = "--{} says something about the columns of a table, but this data set is one of images. Leave it out."
SETTINGS: dict[str, tuple[list[str], str]] = {
    "time": (["--time", "taken"], OF_COLUMNS.format("time")),
    "kind": (["--kind", "image=text"], OF_COLUMNS.format("kind")),
    "like": (["--like", "nowhere"], OF_COLUMNS.format("like")),
    "group": (["--group", "camera"], "--group names a column of a table, but 'photos' has no columns. Leave it out."),
    "image-size": (["--image-size", "3"], "--image-size must be from 8 to 512 pixels, but 3 came."),
    "metric": (["--metric", "acuracy"], "The metric must be one that Luthier knows, but 'acuracy' came. Did you mean 'accuracy'?"),
    "no-weights": (
        ["--weights", "absent.pt"],
        "The weights must be a file that can be read, but 'absent.pt' is none (No such file or directory). Give another path.",
    ),
    "output": (["--out", "photos", "--force"], "photos exists and is no model: --force replaces models only. Choose another name."),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_photos_that_cannot_give_an_honest_answer_are_refused(run: Run, tmp_path: Path, case: str) -> None:
    damage, message = FOLDERS[case]
    damage(tmp_path / write_photos(tmp_path))

    refused(run("fit", "photos"), message, tmp_path, left=["photos"])


@pytest.mark.parametrize("case", SETTINGS)
def test_a_setting_that_cannot_be_kept_for_images_is_refused(run: Run, tmp_path: Path, case: str) -> None:
    arguments, message = SETTINGS[case]
    write_photos(tmp_path)

    refused(run("fit", "photos", "--work", "1k", *arguments), message, tmp_path, left=["photos"])


def test_a_file_of_anything_else_is_refused_as_weights_and_no_run_is_left(run: Run, tmp_path: Path) -> None:
    write_photos(tmp_path)
    (tmp_path / "weights.safetensors").write_text("junk")

    message = "The weights must be a safetensors file or a state dict that PyTorch saved, but 'weights.safetensors' is neither. Give the path of such a file."
    for more in ([], ["--fine-tune"]):
        outcome = run("fit", "photos", "--weights", "weights.safetensors", "--work", "1k", "--out", "model", *more)
        refused(outcome, message, tmp_path, left=["photos", "weights.safetensors"])


def test_a_table_needs_a_target_whether_it_has_images_or_not(run: Run, tmp_path: Path) -> None:
    table = write_table(tmp_path)
    write_photos(tmp_path, each=2)
    pl.DataFrame({"photo": ["photos/leaf/00.png", "photos/rose/00.png"], "kind": ["leaf", "rose"]}).write_csv(tmp_path / "paths.csv")

    plain = "A table needs a target: give --target with the name of the column to predict."
    refused(run("fit", table), plain, tmp_path, left=[table, "photos", "paths.csv"])
    images = "A table of images needs --target, the column to predict. The other columns are 'kind'."
    refused(run("fit", "paths.csv"), images, tmp_path, left=[table, "photos", "paths.csv"])


def test_what_is_no_image_is_not_answered(run: Run, tmp_path: Path, image_model: Path) -> None:
    (tmp_path / "notes.png").write_text("no image")
    (tmp_path / "none").mkdir()

    file = "'notes.png' cannot be read as an image: it is no image of a known format. Give a PNG, JPEG, WebP, BMP, GIF or TIFF, or pixels as uint8."
    refused(run("predict", image_model, "notes.png"), file, tmp_path, left=["notes.png", "none"])
    folder = "A folder must hold PNG, JPEG, WebP, BMP, GIF or TIFF images, at any depth, but 'none' holds none. Check the path."
    refused(run("predict", image_model, "none"), folder, tmp_path, left=["notes.png", "none"])


def test_a_folder_with_one_unreadable_image_is_not_answered_in_part(run: Run, tmp_path: Path, image_model: Path) -> None:
    (tmp_path / write_photos(tmp_path, each=3) / "leaf" / "zero.png").touch()

    message = (
        "Every image must be readable, but 1 of 7 cannot be read: 'leaf/zero.png' (it is empty). "
        "Replace or remove them, and ask again: no image was left out in silence, and none was answered."
    )
    refused(run("predict", image_model, "photos", "--out", "answers.csv"), message, tmp_path, left=["photos"])
