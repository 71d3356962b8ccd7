"""Whole fits on tiny images by the library, and what their report tells of the images."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luthier.workflows.fit import fit
from luthier.workflows.result import FitResult
from tests.workflows.photos import write_photos


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photos(tmp_path_factory.mktemp("reported"))


@pytest.fixture(scope="module")
def classified(photos: Path) -> FitResult:
    return fit(photos, work="2k", folds=2, out=photos.parent / "classified")


@pytest.fixture(scope="module")
def valued(photos: Path) -> FitResult:
    """A number for each photo: how bright its middle is."""
    names = [str(file) for file in sorted(photos.rglob("*.png"))]
    levels = [float(np.asarray(Image.open(name))[2:-2, 2:-2].mean()) + 0.5 * place for place, name in enumerate(names)]
    pl.DataFrame({"photo": names, "level": levels}).write_csv(photos.parent / "levels.csv")
    return fit(photos.parent / "levels.csv", target="level", task="regression", work="1k", folds=2, out=photos.parent / "valued")


def test_mistakes_are_shown_of_sealed_images_only(classified: FitResult, photos: Path) -> None:
    story = classified.record.images

    shown = [image.name for image in story.mistakes] + [example.name for cell in story.cells for example in cell.examples]
    assert len(story.mistakes) <= story.mistakes_in_all <= classified.record.sealed_rows == 9
    assert all((photos / name).exists() for name in shown)
    assert all(image.truth == image.name[0] != image.answer for image in story.mistakes)


def test_heat_maps_stand_for_sealed_images_and_the_changes_for_images_of_every_class(classified: FitResult) -> None:
    story = classified.record.images

    assert 1 <= len(story.explained) <= 12
    assert story.augmentation is not None
    assert {image.label for image in story.augmentation.images} == {"a", "b", "c"}
    assert {explained.image.name for explained in story.explained}.isdisjoint(image.name for image in story.augmentation.images)


def test_what_was_guessed_of_mirrored_images_is_told(classified: FitResult) -> None:
    told = {event.name for event in classified.record.events}

    assert {"mirror-images", "pixel-cache"} <= told


def test_the_model_answers_files_and_arrays_alike(classified: FitResult, photos: Path) -> None:
    files = sorted(photos.rglob("*.png"))[:5]

    arrays = [np.asarray(Image.open(file)) for file in files]

    np.testing.assert_allclose(classified.bundle.predict_proba(files), classified.bundle.predict_proba(arrays), rtol=1e-6)


def test_images_of_a_number_are_told_by_the_largest_errors(valued: FitResult, photos: Path) -> None:
    story = valued.record.images

    assert valued.record.task == "regression"
    assert 1 <= len(story.mistakes) <= valued.record.sealed_rows
    assert (story.cells, story.suspects, story.explained) == ((), (), ())


def test_predictions_of_a_number_are_numbers_inside_their_intervals(valued: FitResult, photos: Path) -> None:
    low, high = valued.bundle.predict_interval(photos)

    predicted = valued.bundle.predict(photos)

    assert predicted.shape == (45,)
    assert np.isfinite(predicted).all()
    assert (low <= predicted).all()
    assert (predicted <= high).all()


@pytest.mark.parametrize("result", ["classified", "valued"])
def test_what_a_fit_on_images_says_speaks_of_images(request: pytest.FixtureRequest, result: str) -> None:
    fitted: FitResult = request.getfixturevalue(result)
    record = fitted.record

    told = [*record.search.plan, *(part.role for part in record.splits.parts), *(fact.value for fact in record.provenance)]
    told += [finding.evidence for finding in record.findings] + [event.what for event in record.events if event.name != "unused-columns"]
    told.append((fitted.path / "card.md").read_text())

    assert any("training images" in text for text in told)
    assert [text for text in told if re.search(r"\brows?\b|\bcolumns?\b", text)] == []
