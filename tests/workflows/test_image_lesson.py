"""What a challenger for images learns from: class folders of old images and of those whose labels came, the newest set apart."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from luthier.bundle import Bundle
from luthier.core.errors import SettingInvalid, TooFewRows
from luthier.data.images import read_listing
from luthier.ledger import Deployment, Label, Ledger, Prediction
from luthier.workflows.deploying import deploy
from luthier.workflows.image_lesson import image_lesson
from luthier.workflows.policy import Policy
from tests.bundle.made_up_images import GRAY, PRICE, PRODUCTS, make_image_bundle, some_images
from tests.ledger.made_up import Clock

SHOP = "shop"


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("products") / "products"
    make_image_bundle(folder, PRODUCTS, GRAY)
    return Bundle.load(folder)


@pytest.fixture
def shop(ledger: Ledger, products: Bundle) -> Deployment:
    assert products.path is not None
    return deploy(ledger, products.path, name=SHOP)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Four images of each class in class folders."""
    for place, image in enumerate(some_images(12, channels=1)):
        folder = tmp_path / "old" / PRODUCTS.classes[place % 3]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[..., 0]).save(folder / f"{place}.png")
    return tmp_path / "old"


def use(ledger: Ledger, deployment: Deployment, labels: list[str], clock: Clock) -> None:
    """Record images that were answered a second apart, and their labels."""
    images = some_images(len(labels), channels=1, seed=1)
    answer = json.dumps({"prediction": "bag", "probabilities": [0.5, 0.25, 0.25]}).encode()
    rows = [(f"image-{place}", ledger.now() + timedelta(seconds=place), encoded(image)) for place, image in enumerate(images)]
    ledger.predictions.record(
        [Prediction(deployment=SHOP, id=name, bundle=deployment.champion, at=at, inputs=png, content=name, answer=answer) for name, at, png in rows]
    )
    clock.forward(len(labels))
    now = ledger.now()
    ledger.labels.add(
        [
            Label(deployment=SHOP, prediction_id=name, label=label, observed_at=now, received_at=now, source="till")
            for (name, _, _), label in zip(rows, labels, strict=True)
        ]
    )


def encoded(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image[..., 0]).save(buffer, "PNG")
    return buffer.getvalue()


def test_old_images_and_new_ones_train_and_the_newest_are_set_apart(ledger: Ledger, shop: Deployment, products: Bundle, old: Path, clock: Clock) -> None:
    use(ledger, shop, ["bag", "coat", "shoe"] * 40, clock)

    with image_lesson(ledger, shop, products, old, only_new=False) as lesson:
        listing = read_listing(lesson.source)

    assert listing.sealed is not None
    assert (lesson.old, lesson.new, lesson.sealed) == (12, 120, 50)
    assert (len(listing.references), int(listing.sealed.sum())) == (132, 50)
    assert sorted(listing.labels.unique()) == list(PRODUCTS.classes)


def test_the_folder_is_gone_after_the_lesson(ledger: Ledger, shop: Deployment, products: Bundle, old: Path, clock: Clock) -> None:
    use(ledger, shop, ["bag", "coat", "shoe"] * 40, clock)

    with image_lesson(ledger, shop, products, old, only_new=False) as lesson:
        folder = Path(lesson.source)

    assert not folder.exists()
    assert sorted(path.name for path in old.iterdir()) == list(PRODUCTS.classes)


def test_the_newest_images_judge_both_models(ledger: Ledger, shop: Deployment, products: Bundle, clock: Clock) -> None:
    use(ledger, shop, ["bag", "coat", "shoe"] * 40, clock)

    with image_lesson(ledger, shop, products, None, only_new=True) as lesson:
        evidence = lesson.judge(products, products, Policy().rules)

    assert (evidence.rows, evidence.gain, evidence.accepted) == (50, 0.0, False)


def test_a_label_that_is_no_class_names_no_folder(ledger: Ledger, shop: Deployment, products: Bundle, old: Path, clock: Clock) -> None:
    use(ledger, shop, ["bag", "coat", "shoe", "../elsewhere"] * 30, clock)

    with pytest.raises(TooFewRows) as refusal, image_lesson(ledger, shop, products, old, only_new=False):
        pass

    assert "has 90" in str(refusal.value)


def test_old_images_of_another_class_are_refused(ledger: Ledger, shop: Deployment, products: Bundle, old: Path, clock: Clock) -> None:
    use(ledger, shop, ["bag", "coat", "shoe"] * 40, clock)
    (old / "bag").rename(old / "box")

    with pytest.raises(SettingInvalid) as refusal, image_lesson(ledger, shop, products, old, only_new=False):
        pass

    assert str(refusal.value) == "Old images must be of the champion's classes, but one is of 'box'. Leave such images out, or fit all of them anew."


def test_a_model_that_predicts_a_number_is_fitted_anew(ledger: Ledger, tmp_path: Path) -> None:
    make_image_bundle(tmp_path / "price", PRICE, GRAY)
    deployment = deploy(ledger, tmp_path / "price", name="price")

    with pytest.raises(SettingInvalid) as refusal, image_lesson(ledger, deployment, Bundle.load(tmp_path / "price"), None, only_new=True):
        pass

    assert str(refusal.value) == (
        "Retraining on images needs classes, but this model predicts a number. Fit the images anew with the new ones, and promote that."
    )
