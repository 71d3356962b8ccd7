from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from luthier.core.errors import SettingInvalid, TooFewRows
from luthier.data.images import split_images
from luthier.data.splits import Split
from tests.data.images.pictures import image_set, pictures

ROWS = 60
LABELS = ["cat", "dog", "owl"] * 20


def sides(split: Split) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of rows that may share nothing."""
    return [(split.train, split.test), *((fold.train, fold.validation) for fold in split.folds)]


def test_every_class_is_on_every_side(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), LABELS)

    split = split_images(images, folds=4, seed=1)

    assert (split.kind, len(split.test), len(split.folds), split.events) == ("stratified", 12, 4, ())
    assert all(np.bincount(images.dataset.target[rows], minlength=3).min() > 0 for pair in sides(split) for rows in pair)


def test_near_duplicates_stay_on_one_side(tmp_path: Path) -> None:
    half = pictures(ROWS // 2)
    images = image_set(tmp_path, np.concatenate([half, (half * 0.9).astype(np.uint8)]), LABELS)

    split = split_images(images)

    assert len(np.unique(images.clusters)) == ROWS // 2
    assert all(not set(images.clusters[one]) & set(images.clusters[other]) for one, other in sides(split))


def test_groups_stay_on_one_side(tmp_path: Path) -> None:
    groups = np.array([f"person {row // 6}" for row in range(ROWS)])

    split = split_images(image_set(tmp_path, pictures(ROWS), LABELS, groups=groups.tolist()))

    assert split.kind == "grouped"
    assert all(not set(groups[one]) & set(groups[other]) for one, other in sides(split))


def test_the_same_seed_gives_the_same_split(tmp_path: Path) -> None:
    images = image_set(tmp_path, pictures(ROWS), LABELS)

    one, same, other = (split_images(images, seed=seed).test.tolist() for seed in (3, 3, 4))

    assert one == same != other


def test_test_rows_that_the_source_sets_apart_are_sealed_and_their_likes_left_out(tmp_path: Path) -> None:
    pixels, sealed = pictures(ROWS), np.arange(ROWS) >= 48
    pixels[4] = pixels[50] * 0.9

    split = split_images(image_set(tmp_path, pixels, LABELS, sealed=sealed), folds=3)

    assert (split.kind, len(split.folds)) == ("given", 3)
    np.testing.assert_array_equal(split.test, np.arange(48, ROWS))
    np.testing.assert_array_equal(split.train, [row for row in range(48) if row != 4])
    np.testing.assert_array_equal(np.sort(np.concatenate([fold.validation for fold in split.folds])), split.train)
    assert [event.what for event in split.events] == ["1 training images nearly equal a sealed one, or are of its group: no network learns from them."]


def test_a_class_that_only_training_rows_have_is_an_event(tmp_path: Path) -> None:
    sealed = (np.arange(ROWS) >= 40) & (np.arange(ROWS) % 3 != 2)

    split = split_images(image_set(tmp_path, pictures(ROWS), LABELS, sealed=sealed))

    assert [event.what for event in split.events] == ["Class 'owl' does not occur in the sealed images."]


def test_a_given_split_with_too_few_different_images_is_refused(tmp_path: Path) -> None:
    pixels, sealed = pictures(ROWS), np.arange(ROWS) >= 20
    pixels[:20] = pixels[[0, 1] * 10]

    with pytest.raises(TooFewRows) as refusal:
        split_images(image_set(tmp_path, pixels, LABELS, sealed=sealed))

    assert str(refusal.value) == "An honest split needs at least 10 different training images, but 'pictures' has 2. Bring more."


def test_images_of_which_nearly_all_are_alike_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewRows) as refusal:
        split_images(image_set(tmp_path, pictures(2)[[0, 1] * 10], ["cat", "dog"] * 10))

    assert str(refusal.value) == "An honest split needs at least 3 images, or groups of them, that differ, but 'pictures' has 2. Bring more."


def test_a_split_speaks_of_images_where_it_refuses_them(tmp_path: Path) -> None:
    with pytest.raises(TooFewRows) as refusal:
        split_images(image_set(tmp_path, pictures(20)[[*range(15), *[19] * 5]], ["cat"] * 15 + ["dog"] * 5))

    assert (
        str(refusal.value) == "A classifier learns from at least 2 classes, but the training images of fold 5 hold 1. Split another way, or bring more images."
    )


def test_fewer_folds_than_two_are_refused(tmp_path: Path) -> None:
    sealed = np.arange(ROWS) >= 48

    with pytest.raises(SettingInvalid, match=r"^folds must be 2 or more, but 1 came\.$"):
        split_images(image_set(tmp_path, pictures(ROWS), LABELS, sealed=sealed), folds=1)
