"""Law 7, for a saved model of images: it answers as the networks in torch do, whatever form an image comes in."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
import pytest
from PIL import Image

from luthier.bundle import Bundle, Resizer
from luthier.core.errors import DataUnreadable
from luthier.data.images import ImageFile, open_cache
from tests.bundle.made_up_images import GRAY, MadeUpImages, some_images
from tests.data.images.pictures import taking_at_most

AS_IN_TORCH = {"atol": 1e-5, "rtol": 1e-5}
PREDICT = "import sys; from luthier.bundle import Bundle; print(Bundle.load(sys.argv[1]).predict_proba(sys.argv[2]).tolist())"


def png(image: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(image.squeeze()).save(encoded, "PNG")
    return encoded.getvalue()


def write_images(folder: Path, images: list[np.ndarray]) -> list[str]:
    names = [f"{'shoe' if place % 2 else 'bag'}/{place:02}.png" for place in range(len(images))]
    for name, image in zip(names, images, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(image))
    return names


@pytest.mark.parametrize("count", [1, 7, 8, 9, 40])
def test_a_saved_classifier_gives_the_networks_probabilities_for_any_number_and_size_of_images(image_classifier: MadeUpImages, count: int) -> None:
    images = [some_images(1, channels=3, height=9 + place % 4, width=13, seed=place)[0] for place in range(count)]

    probabilities = Bundle.load(image_classifier.folder).predict_proba(images)

    np.testing.assert_allclose(probabilities, image_classifier.answers(images), **AS_IN_TORCH)


def test_a_saved_regressor_gives_the_networks_numbers_and_their_interval(image_regressor: MadeUpImages) -> None:
    images, model = some_images(20, channels=1), Bundle.load(image_regressor.folder)

    lower, upper = model.predict_interval(images)

    np.testing.assert_allclose(model.predict(images), image_regressor.answers(images), **AS_IN_TORCH)
    np.testing.assert_allclose((lower + upper) / 2, image_regressor.answers(images), **AS_IN_TORCH)


def test_the_graph_alone_resizes_and_answers_as_the_model_does(image_classifier: MadeUpImages) -> None:
    images, model = some_images(6, channels=3, height=33, width=21), Bundle.load(image_classifier.folder)

    session = onnxruntime.InferenceSession(str(image_classifier.folder / "model.onnx"), providers=["CPUExecutionProvider"])
    probabilities, labels = session.run(None, {"image": np.stack(images)})

    np.testing.assert_allclose(probabilities, model.predict_proba(images), **AS_IN_TORCH)
    np.testing.assert_array_equal(labels, model.predict(images))


def test_decoded_pixels_are_answered_in_blocks(image_classifier: MadeUpImages) -> None:
    shape, model = image_classifier.shape, Bundle.load(image_classifier.folder)
    images = some_images(70, channels=3, height=shape.height, width=shape.width)

    np.testing.assert_allclose(model.predict_pixels(np.stack(images)), image_classifier.answers(images), **AS_IN_TORCH)


def test_decoded_pixels_of_some_rows_are_taken_a_few_at_a_time(image_regressor: MadeUpImages) -> None:
    shape, model = image_regressor.shape, Bundle.load(image_regressor.folder)
    pixels, rows = np.stack(some_images(40, channels=shape.channels, height=shape.height, width=shape.width)), np.r_[39, 0:20]

    answers = model.predict_pixels(taking_at_most(8, pixels), rows=rows)

    np.testing.assert_allclose(answers, model.predict_pixels(pixels)[rows], rtol=1e-6)
    assert model.predict_pixels(pixels, rows=rows[:0]).shape == (0,)


def test_the_pixels_of_a_training_are_those_that_a_served_file_is_answered_by(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    names = sorted(write_images(tmp_path / "photos", some_images(10, channels=3, height=31, width=17)))
    files, model = [ImageFile(tmp_path / "photos" / name) for name in names], Bundle.load(image_classifier.folder)

    trained = open_cache(files, names, image_classifier.shape, resizer=Resizer, folder=tmp_path / "cache").pixels

    np.testing.assert_allclose(model.predict_pixels(trained), model.predict_proba(tmp_path / "photos"), rtol=1e-6)


FORMS: dict[str, Callable[[np.ndarray, Path], Any]] = {
    "array": lambda image, _: image,
    "array-of-one": lambda image, _: image[None],
    "list": lambda image, _: [image],
    "bytes": lambda image, _: png(image),
    "pillow": lambda image, _: Image.fromarray(image),
    "pillow-with-alpha": lambda image, _: Image.fromarray(image).convert("RGBA"),
    "path": lambda _, folder: folder / "bag/00.png",
    "path-as-text": lambda _, folder: str(folder / "bag/00.png"),
    "folder": lambda _, folder: folder,
    "series-of-paths": lambda _, folder: pl.Series([str(folder / "bag/00.png")]),
    "frame-of-bytes": lambda image, _: pl.DataFrame({"photo": [png(image)]}),
    "frame-of-structs": lambda image, _: pl.DataFrame({"photo": [{"bytes": png(image), "path": "a.png"}]}),
    "mapping-of-paths": lambda _, folder: {"image": [str(folder / "bag/00.png")]},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_one_image_is_answered_the_same_in_every_form(image_classifier: MadeUpImages, tmp_path: Path, form: Callable[[np.ndarray, Path], Any]) -> None:
    (image,) = some_images(1, channels=3)
    write_images(tmp_path, [image])

    probabilities = Bundle.load(image_classifier.folder).predict_proba(form(image, tmp_path))

    np.testing.assert_allclose(probabilities, image_classifier.answers([image]), **AS_IN_TORCH)


def test_gray_is_given_to_a_model_of_color_and_color_to_one_of_gray(image_classifier: MadeUpImages, image_regressor: MadeUpImages) -> None:
    (gray,), (color,) = some_images(1, channels=1), some_images(1, channels=3)
    luma = np.asarray(Image.fromarray(color).convert("L"))[:, :, None]

    probabilities = Bundle.load(image_classifier.folder).predict_proba(gray[:, :, 0])
    prices = Bundle.load(image_regressor.folder).predict(color)

    np.testing.assert_allclose(probabilities, image_classifier.answers([gray.repeat(3, axis=2)]), **AS_IN_TORCH)
    np.testing.assert_allclose(prices, image_regressor.answers([luma]), **AS_IN_TORCH)


def test_a_folder_is_answered_in_the_order_of_its_names_and_names_them(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    images = some_images(20, channels=3)
    names = write_images(tmp_path, images)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_text("no image")

    frame = Bundle.load(image_classifier.folder).predict_frame(tmp_path, proba=True)

    order = sorted(range(20), key=lambda place: names[place])
    assert frame.columns == ["image", "prediction", "proba_bag", "proba_coat", "proba_shoe"]
    assert frame["image"].to_list() == sorted(names)
    np.testing.assert_allclose(frame["proba_coat"], image_classifier.answers([images[place] for place in order])[:, 1], **AS_IN_TORCH)


def test_a_table_is_answered_row_by_row_and_its_paths_are_relative_to_it(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    images = some_images(5, channels=3)
    names = write_images(tmp_path, images)
    pl.DataFrame({"price": range(5), "photo": names[::-1]}).write_csv(tmp_path / "photos.csv")

    frame = Bundle.load(image_classifier.folder).predict_frame(tmp_path / "photos.csv", proba=True)

    assert frame["image"].to_list() == names[::-1]
    np.testing.assert_allclose(frame["proba_bag"], image_classifier.answers(images[::-1])[:, 0], **AS_IN_TORCH)


def test_no_images_give_no_answers_of_the_same_types(image_classifier: MadeUpImages) -> None:
    model = Bundle.load(image_classifier.folder)

    assert model.predict([]).shape == (0,)
    assert model.predict_proba([]).shape == (0, 3)
    assert model.predict_frame([], proba=True).schema == model.predict_frame(some_images(1, channels=3), proba=True).schema


def test_threads_may_share_a_model_of_images(image_classifier: MadeUpImages) -> None:
    images, model = some_images(30, channels=3), Bundle.load(image_classifier.folder)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(model.predict_proba, [images] * 6))

    for answer in answers:
        np.testing.assert_array_equal(answer, answers[0])


def test_a_process_in_which_torch_cannot_be_imported_answers_images_the_same(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    images = some_images(3, channels=3)
    write_images(tmp_path / "photos", images)
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('torch was asked for')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}

    command = [sys.executable, "-c", PREDICT, str(image_classifier.folder), str(tmp_path / "photos")]
    answered = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    np.testing.assert_allclose(json.loads(answered.stdout), image_classifier.answers([images[0], images[2], images[1]]), **AS_IN_TORCH)


def test_images_that_are_given_stay_as_they_are(image_regressor: MadeUpImages) -> None:
    """Law 11."""
    images = [*some_images(2, channels=1), *some_images(2, channels=1, height=GRAY.height, width=GRAY.width)]
    before = [image.copy() for image in images]

    Bundle.load(image_regressor.folder).predict(images)

    assert all(np.array_equal(image, copy) for image, copy in zip(images, before, strict=True))


def test_a_file_that_is_no_image_is_named(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no image")

    with pytest.raises(DataUnreadable) as refusal:
        Bundle.load(image_classifier.folder).predict(tmp_path / "notes.png")

    assert str(refusal.value) == (
        "'notes.png' cannot be read as an image: it is no image of a known format. Give a PNG, JPEG, WebP, BMP, GIF or TIFF, or pixels as uint8."
    )


def test_unreadable_images_among_others_are_counted_and_named_and_nothing_is_answered(image_classifier: MadeUpImages, tmp_path: Path) -> None:
    write_images(tmp_path, some_images(20, channels=3))
    (tmp_path / "bag" / "cut.png").write_bytes((tmp_path / "bag" / "00.png").read_bytes()[:-200])
    for place in range(6):
        (tmp_path / f"empty{place}.png").touch()

    with pytest.raises(DataUnreadable) as refusal:
        Bundle.load(image_classifier.folder).predict(tmp_path)

    empty = ", ".join(f"'empty{place}.png' (it is empty)" for place in range(4))
    assert str(refusal.value) == (
        f"Every image must be readable, but 7 of 27 cannot be read: 'bag/cut.png' (it is cut off), {empty} and 2 more. "
        "Replace or remove them, and ask again: no image was left out in silence, and none was answered."
    )
