from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from luthier.data.images import build_image_set, read_listing, split_images
from luthier.workflows.image_material import BASELINE_SIDE, ImageMaterial
from tests.data.images.pictures import taking_at_most
from tests.workflows.photos import write_photos

CPU = torch.device("cpu")


@pytest.fixture
def material(tmp_path: Path) -> ImageMaterial:
    images = build_image_set(read_listing(write_photos(tmp_path)), cache=tmp_path / "cache")
    return ImageMaterial(images, split_images(images, folds=3, seed=0), seed=0)


def test_the_truth_of_sealed_images_is_blanked_and_the_others_are_as_they_are(material: ImageMaterial) -> None:
    data, split, target = material.fold_data(3, CPU), material.split, material.images.dataset.target

    assert target[split.test].any()
    assert not data.truth[split.test].any()
    assert not data.targets[:, split.test].any()
    assert np.array_equal(data.truth[split.train], target[split.train])


def test_no_sealed_image_trains_or_judges_a_network(material: ImageMaterial) -> None:
    data, sealed = material.fold_data(3, CPU), set(material.split.test.tolist())

    for train, validation in zip(data.train_rows, data.validation_rows, strict=True):
        assert sealed.isdisjoint(train.tolist())
        assert sealed.isdisjoint(validation.tolist())
        assert set(train.tolist()).isdisjoint(validation.tolist())


def test_fewer_folds_are_the_first_ones_of_the_split(material: ImageMaterial) -> None:
    few, many = material.fold_data(1, CPU), material.fold_data(3, CPU)

    assert (few.folds, many.folds) == (1, 3)
    assert torch.equal(few.train_rows[0], many.train_rows[0])


def test_the_pixels_are_those_of_the_cache_channel_first(material: ImageMaterial) -> None:
    pixels = material.fold_data(1, CPU).inputs[0]

    assert (tuple(pixels.shape), pixels.dtype) == ((1, 45, 3, 10, 8), torch.uint8)
    assert pixels[0].is_contiguous(memory_format=torch.channels_last)
    assert np.array_equal(pixels[0].permute(0, 2, 3, 1), material.images.pixels)


def test_pixels_are_mapped_and_not_copied(material: ImageMaterial) -> None:
    pixels = material.fold_data(2, CPU).inputs[0]

    on_disk = np.memmap(material.images.cache_path, dtype=np.uint8, mode="r+", shape=material.images.pixels.shape)
    on_disk[7] = 255 - on_disk[7]
    on_disk.flush()

    assert np.array_equal(pixels[0, 7].permute(1, 2, 0), on_disk[7])


def test_what_is_written_into_the_tensor_does_not_reach_the_cache(material: ImageMaterial) -> None:
    before = material.images.cache_path.read_bytes()

    material.fold_data(1, CPU).inputs[0].zero_()

    assert material.images.cache_path.read_bytes() == before
    assert material.images.pixels.any()


def test_baselines_see_small_squares_of_training_images_and_of_sealed_ones(material: ImageMaterial) -> None:
    rows = material.for_baselines()

    assert rows.train.shape == (len(material.split.train), 3 * BASELINE_SIDE**2)
    assert rows.sealed.shape == (len(material.split.test), 3 * BASELINE_SIDE**2)
    assert sorted(rows.rows.tolist()) == list(range(len(material.split.train)))
    first = material.images.pixels[material.split.train[rows.rows[0]]]
    assert rows.train.row(0)[0] == pytest.approx(float(first[0, 0, 0]), abs=60)
    assert np.mean(rows.train.row(0)) == pytest.approx(float(first.mean()), rel=1e-4)


def test_the_outline_and_the_profile_are_of_training_images(material: ImageMaterial) -> None:
    train = len(material.split.train)

    profile = material.profile(np.full((train, 3), 1 / 3))

    assert material.outline() == {"channels": 3, "height": 10, "width": 8}
    assert profile["rows"] == train


class RowsAskedFor:
    """A model that answers with the numbers of the rows."""

    def predict_pixels(self, pixels: np.ndarray, *, rows: np.ndarray) -> np.ndarray:
        return rows


def test_pixels_that_are_larger_than_memory_are_taken_a_few_at_a_time(material: ImageMaterial) -> None:
    large, bundle = np.zeros((45, 300, 300, 3), dtype=np.uint8), RowsAskedFor()
    material.images = replace(material.images, pixels=taking_at_most(4, large))
    train = len(material.split.train)

    assert material.profile(np.full((train, 3), 1 / 3))["rows"] == train
    assert (material.for_baselines().train.height, material.for_baselines().sealed.height) == (train, 45 - train)
    assert np.array_equal(material.answers(bundle), material.split.test)
