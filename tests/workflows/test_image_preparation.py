from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from luthier.core.clock import Deadline, Stopwatch
from luthier.core.errors import SettingInvalid
from luthier.core.listener import Silent
from luthier.core.task import TaskKind
from luthier.workflows.image_preparation import prepare_images
from luthier.workflows.preparation import Preparation
from luthier.workflows.settings import FitSettings
from tests.workflows.photos import write_photos


def prepared(data: object, **settings: object) -> Preparation:
    made = FitSettings(**{"target": None, "work": 1_000, "folds": 2, **settings})
    return prepare_images(data, made, Silent(), Stopwatch(), deadline=Deadline(budget_seconds=math.inf), device=torch.device("cpu"))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photos(tmp_path_factory.mktemp("prepared"))


def test_training_rows_and_sealed_rows_are_apart_and_all_there(photos: Path) -> None:
    split = prepared(photos).split

    assert set(split.train) & set(split.test) == set()
    assert sorted([*split.train, *split.test]) == list(range(45))
    for fold in split.folds:
        assert set(fold.train) & set(fold.validation) == set()
        assert set(fold.train) | set(fold.validation) <= set(split.train)


def test_every_class_is_sealed_and_learned(photos: Path) -> None:
    ready = prepared(photos)

    assert ready.dataset.task.classes == ("a", "b", "c")
    assert set(ready.dataset.target[ready.split.test]) == set(ready.dataset.target[ready.split.train]) == {0, 1, 2}


def test_the_same_images_have_the_same_hash(photos: Path, tmp_path: Path) -> None:
    assert prepared(photos).data_hash == prepared(photos, seed=5).data_hash == prepared(write_photos(tmp_path)).data_hash


def test_a_changed_pixel_a_moved_image_and_a_new_name_change_the_hash(photos: Path, tmp_path: Path) -> None:
    folders = {change: write_photos(tmp_path / change) for change in ("pixel", "label", "name")}
    image = np.asarray(Image.open(folders["pixel"] / "a" / "03.png")).copy()
    image[4, 4, 0] ^= 1
    Image.fromarray(image).save(folders["pixel"] / "a" / "03.png")
    (folders["label"] / "a" / "03.png").rename(folders["label"] / "b" / "99.png")
    (folders["name"] / "a" / "03.png").rename(folders["name"] / "a" / "99.png")

    hashes = {prepared(photos).data_hash, *(prepared(folder).data_hash for folder in folders.values())}

    assert len(hashes) == 4


def test_numbers_are_predicted_without_mirrored_images_and_it_is_told(photos: Path, tmp_path: Path) -> None:
    names = [str(file) for file in sorted(photos.rglob("*.png"))]
    pl.DataFrame({"photo": names, "price": np.linspace(1.0, 20.0, len(names)) ** 1.5}).write_csv(tmp_path / "prices.csv")

    ready = prepared(tmp_path / "prices.csv", target="price")

    assert ready.dataset.task.kind is TaskKind.REGRESSION
    assert "flip" not in next(iter(ready.space.families.values())).recipe.augmentation.settings
    assert [event.what for event in ready.events] == ["Images are not mirrored: what a mirrored image is worth is not known for a number."]


@pytest.mark.parametrize(
    ("option", "settings"),
    [("time", {"time": "taken"}), ("kind", {"kinds": {"image": "text"}}), ("like", {"like": (Path("other"),)})],
    ids=["time", "kind", "like"],
)
def test_what_is_said_about_columns_is_refused_before_anything_is_read(option: str, settings: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        prepared(tmp_path / "not there", **settings)

    assert str(refusal.value) == f"--{option} says something about the columns of a table, but this data set is one of images. Leave it out."


def test_a_group_from_the_names_stays_on_one_side(tmp_path: Path) -> None:
    photos = write_photos(tmp_path, each=20)

    ready = prepared(photos, group_from_name=r"(\d)\.png")

    groups = np.array([name[-5] for name in ready.dataset.frame["image"]])
    assert set(groups[ready.split.train]).isdisjoint(groups[ready.split.test])
