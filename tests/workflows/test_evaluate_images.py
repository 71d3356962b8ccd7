from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luthier.core.errors import DataUnreadable, TargetUnusable, TooFewRows
from luthier.evaluate import evaluate as evaluate_predictions
from luthier.workflows.evaluate import evaluate
from tests.bundle.made_up_images import COLOR, GRAY, PRICE, PRODUCTS, MadeUpImages, make_image_bundle, some_images


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> MadeUpImages:
    return make_image_bundle(tmp_path_factory.mktemp("model") / "model", PRODUCTS, COLOR)


IMAGES = some_images(30, channels=3)


def write(folder: Path, classes: tuple[str, ...] = PRODUCTS.classes) -> Path:
    for place, image in enumerate(IMAGES):
        path = folder / classes[place % len(classes)] / f"{place:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    return folder


def test_the_truth_of_an_image_is_the_name_of_its_folder(model: MadeUpImages, tmp_path: Path) -> None:
    evaluation = evaluate(model.folder, write(tmp_path))

    order = [place for part in range(3) for place in range(part, 30, 3)]
    expected = evaluate_predictions(PRODUCTS, np.repeat([0, 1, 2], 10), model.answers([IMAGES[place] for place in order]))
    assert evaluation.score("log_loss").interval.value == pytest.approx(expected.score("log_loss").interval.value, rel=1e-5)


def test_a_table_gives_paths_and_targets(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    prices = make_image_bundle(tmp_path_factory.mktemp("prices") / "model", PRICE, GRAY)
    write(tmp_path, classes=("all",))
    names, truth = [f"all/{place:02}.png" for place in range(30)], np.linspace(-20.0, 20.0, 30)
    pl.DataFrame({"photo": names, "price": truth}).write_csv(tmp_path / "photos.csv")

    evaluation = evaluate(prices.folder, tmp_path / "photos.csv")

    grays = [np.asarray(Image.fromarray(image).convert("L"))[:, :, None] for image in IMAGES]
    assert evaluation.score("rmse").interval.value == pytest.approx(np.sqrt(np.mean((prices.answers(grays) - truth) ** 2)), rel=1e-5)


def test_where_the_source_sets_rows_apart_they_alone_are_judged(model: MadeUpImages, tmp_path: Path) -> None:
    write(tmp_path / "train")
    write(tmp_path / "test", classes=("bag", "coat"))

    evaluation = evaluate(model.folder, tmp_path)

    assert evaluation.score("log_loss") == evaluate(model.folder, tmp_path / "test").score("log_loss")


def test_a_class_that_the_model_does_not_know_is_named(model: MadeUpImages, tmp_path: Path) -> None:
    with pytest.raises(TargetUnusable) as refusal:
        evaluate(model.folder, write(tmp_path, classes=("bag", "sofa", "table")))

    assert str(refusal.value) == (
        "Images must be of the classes that the model knows, bag, coat, shoe, but some are labeled 'sofa', 'table'. "
        "Rename these classes, or leave their images out."
    )


def test_a_path_without_a_file_is_named(model: MadeUpImages, tmp_path: Path) -> None:
    write(tmp_path)
    pl.DataFrame({"photo": ["bag/00.png", "coat/01.png", "coat/99.png"], "class": ["bag", "coat", "coat"]}).write_csv(tmp_path / "photos.csv")

    with pytest.raises(DataUnreadable) as refusal:
        evaluate(model.folder, tmp_path / "photos.csv")

    assert str(refusal.value) == (
        "Judging needs every image, but in 1 of the rows of 'photos.csv' the path leads to no file "
        "(first: 'coat/99.png'). Correct these paths, or remove their rows."
    )


def test_one_image_is_too_few_to_judge(model: MadeUpImages, tmp_path: Path) -> None:
    write(tmp_path)
    pl.DataFrame({"photo": ["bag/00.png"], "class": ["bag"]}).write_csv(tmp_path / "photos.csv")

    with pytest.raises(TooFewRows) as refusal:
        evaluate(model.folder, tmp_path / "photos.csv")

    assert str(refusal.value) == "Judging needs at least 2 images with a label, but 'photos.csv' has 1. Add images."
