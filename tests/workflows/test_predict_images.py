from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from luthier.cli.predict import predict as command
from luthier.core.errors import DataUnreadable
from luthier.workflows.load import load
from luthier.workflows.predict import predict
from tests.bundle.made_up_images import COLOR, PRODUCTS, MadeUpImages, make_image_bundle, some_images

APP = typer.Typer()
APP.command()(command)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> MadeUpImages:
    return make_image_bundle(tmp_path_factory.mktemp("model") / "model", PRODUCTS, COLOR)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for place, image in enumerate(some_images(12, channels=3)):
        path = tmp_path / "photos" / f"{place % 2}" / f"{place:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return tmp_path / "photos"


def test_the_predictions_of_a_folder_say_which_image_is_meant(model: MadeUpImages, photos: Path, tmp_path: Path) -> None:
    predict(model.folder, photos, proba=True, out=tmp_path / "predictions.csv")

    written = pl.read_csv(tmp_path / "predictions.csv")
    assert written.columns == ["image", "prediction", "proba_bag", "proba_coat", "proba_shoe"]
    assert written["image"].to_list()[:3] == ["0/00.png", "0/02.png", "0/04.png"]
    np.testing.assert_allclose(written["proba_bag"], load(model.folder).predict_proba(photos)[:, 0])


def test_the_command_prints_what_the_library_gives(model: MadeUpImages, photos: Path) -> None:
    text = CliRunner().invoke(APP, [str(model.folder), str(photos)])
    records = CliRunner().invoke(APP, [str(model.folder), str(photos), "--json"])

    assert text.stdout.splitlines()[0] == "image,prediction"
    assert json.loads(records.stdout) == predict(model.folder, photos).to_dicts()


def test_nothing_is_written_where_an_image_cannot_be_read(model: MadeUpImages, photos: Path, tmp_path: Path) -> None:
    (photos / "empty.png").touch()

    with pytest.raises(DataUnreadable, match=r"1 of 13 cannot be read: 'empty\.png' \(it is empty\)"):
        predict(model.folder, photos, out=tmp_path / "predictions.csv")

    assert not (tmp_path / "predictions.csv").exists()
