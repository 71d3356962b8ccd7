"""What the monitor sees: the reference that a model keeps, and windows of the ledger, in the same columns."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luthier.bundle import Bundle, Resizer, Role, reference_bytes, reference_part, write_bundle
from luthier.bundle.reference import PROBABILITY
from luthier.core.errors import BundleError
from luthier.ledger import Deployment, Ledger
from luthier.workflows.deploying import deploy
from luthier.workflows.samples import asked_frame, has_known_label, watched, window_sample
from tests.bundle.made_up import CLASSES, NUMBER, MadeUp
from tests.bundle.made_up_images import COLOR, PRODUCTS, make_image_bundle, some_images
from tests.workflows.in_service import NAME, answer, label, rows_like


def test_sealed_rows_are_the_reference_and_training_rows_what_was_learned(unsure: MadeUp) -> None:
    seen = watched(Bundle.load(unsure.folder))

    kept = seen.bundle.reference()
    assert kept is not None
    sealed = kept.filter(pl.col("__role") == "sealed")
    assert seen.reference.frame.columns == [column.name for column in seen.subject.schema.inputs]
    assert np.array_equal(np.asarray(seen.reference.predictions)[:, 2], sealed[f"{PROBABILITY}10"].to_numpy())
    assert [CLASSES.classes[place] for place in np.asarray(seen.reference.truth)] == sealed["__truth"].to_list()
    assert seen.learned.rows == kept.height - sealed.height == 300


def test_a_window_of_the_ledger_has_the_rows_that_were_asked(ledger: Ledger, clinic: Deployment, unsure: MadeUp) -> None:
    asked = rows_like(60, seed=3)
    label(ledger, answer(ledger, clinic, asked)[:2], ["10", "unheard of"])

    bundle = Bundle.load(unsure.folder)
    seen = window_sample(bundle, ledger.predictions.window(NAME))
    judged = window_sample(bundle, ledger.predictions.labeled(NAME))

    assert seen.frame.equals(asked)
    assert seen.predictions == pytest.approx(unsure.answers(asked), abs=1e-5)
    assert seen.truth is None
    assert np.asarray(judged.truth).tolist() == [2, -1]
    assert np.diff(np.asarray(seen.at)) == pytest.approx(1.0)


def test_numbers_are_read_as_numbers(ledger: Ledger, numbers: MadeUp) -> None:
    deployment = deploy(ledger, numbers.folder, name=NAME)
    asked = rows_like(3, seed=0)
    label(ledger, answer(ledger, deployment, asked), ["70.5", "heavy", "80"])

    seen = window_sample(Bundle.load(numbers.folder), ledger.predictions.labeled(NAME))

    assert seen.predictions == pytest.approx(numbers.answers(asked), abs=1e-4)
    assert seen.truth == pytest.approx([70.5, np.nan, 80.0], nan_ok=True)


def test_what_was_left_out_of_a_row_is_missing(unsure: MadeUp) -> None:
    frame = asked_frame(Bundle.load(unsure.folder), pl.Series([b'{"size": 1.5}', b"{}"]))

    assert frame["size"].to_list() == [1.5, None]
    assert frame["note"].null_count() == 2


def test_images_are_measured(tmp_path: Path) -> None:
    made = make_image_bundle(tmp_path / "made", PRODUCTS, COLOR)
    images = some_images(2, channels=3, height=COLOR.height, width=COLOR.width)
    traits = Bundle.load(made.folder).image_traits()(np.stack(images))

    asked = asked_frame(Bundle.load(made.folder), pl.Series([_png(image) for image in images]))

    assert asked.equals(traits)


def test_a_model_that_kept_no_rows_cannot_be_watched(numbers: MadeUp) -> None:
    with pytest.raises(BundleError) as refusal:
        watched(Bundle.load(numbers.folder))

    assert str(refusal.value) == ("Watching needs the rows that a fit keeps in its model, but this model has none. Fit it again without --no-reference.")


def test_a_regression_is_watched_by_its_numbers(numbers: MadeUp, tmp_path: Path) -> None:
    frame = rows_like(60, seed=0)
    part = reference_part(frame, Role.SEALED, NUMBER, np.arange(60.0), numbers.answers(frame))
    write_bundle(tmp_path / "model", numbers.manifest, replace(numbers.contents, reference=reference_bytes([part])))

    seen = watched(Bundle.load(tmp_path / "model"))

    assert np.asarray(seen.reference.truth).tolist() == list(range(60))
    assert seen.learned.rows == 0


def test_labels_that_the_task_does_not_know_are_not_judged_by() -> None:
    assert has_known_label(pl.Series(["2", "3"]), CLASSES).tolist() == [True, False]
    assert has_known_label(pl.Series(["2.5", "heavy", "inf"]), NUMBER).tolist() == [True, False, False]


def _png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG")
    return buffer.getvalue()


def test_images_that_came_in_any_size_and_color_are_measured_as_the_model_sees_them(tmp_path: Path) -> None:
    made = make_image_bundle(tmp_path / "model", PRODUCTS, COLOR)
    images = [*some_images(1, channels=3, height=31, width=17), *some_images(1, channels=1, height=12, width=40)]
    asked = pl.Series([png(image) for image in images])
    bundle = Bundle.load(made.folder)

    traits = asked_frame(bundle, asked)

    seen = np.stack([Resizer(COLOR)(np.broadcast_to(image, (*image.shape[:2], 3))) for image in images])
    assert traits.height == 2
    assert traits.equals(bundle.image_traits()(seen))


def png(image: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image.squeeze()).save(buffer, "PNG")
    return buffer.getvalue()
