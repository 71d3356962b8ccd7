from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from luthier.bundle import image_profile, reference_profile
from luthier.bundle.profile import MOST_IMAGES, MOST_LEVELS
from tests.bundle.made_up import CLASSES, NUMBER, training_rows
from tests.data.images.pictures import taking_at_most
from tests.data.typed_frames import KINDS, schema_of

SCHEMA = schema_of(*KINDS)


def test_a_numeric_column_is_told_by_its_percentiles_and_its_gaps() -> None:
    frame = training_rows()

    told = reference_profile(frame, SCHEMA, NUMBER, np.arange(60.0))["columns"]["size"]

    assert told["kind"] == "numeric"
    assert told["missing"] == pytest.approx(12 / 60)
    present = frame["size"].drop_nulls().to_numpy()
    np.testing.assert_allclose(told["quantiles"], np.percentile(present, np.arange(101)))


def test_a_category_is_told_by_its_counts_and_rare_levels_together() -> None:
    names = [f"level {place}" for place in range(MOST_LEVELS + 5)]
    frame = pl.DataFrame({"color": [*names, "level 7", "level 7", None]})

    told = reference_profile(frame, schema_of("color"), NUMBER, np.arange(3.0))["columns"]["color"]

    assert next(iter(told["levels"].items())) == ("level 7", 3)
    assert len(told["levels"]) == MOST_LEVELS
    assert told["other_rows"] == 5
    assert sum(told["levels"].values()) + told["other_rows"] == frame.height - 1


def test_dates_are_told_in_seconds_and_texts_by_their_length() -> None:
    columns = reference_profile(training_rows(), SCHEMA, NUMBER, np.arange(60.0))["columns"]

    assert columns["seen"]["quantiles"][0] == 1577836800.0  # 2020-01-01
    assert columns["note"]["length"][-1] <= 4 * len("hello") + 3


def test_predictions_are_told_for_every_class_or_as_one_distribution() -> None:
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), size=60)

    classes = reference_profile(training_rows(), SCHEMA, CLASSES, probabilities)["predictions"]["probabilities"]
    number = reference_profile(training_rows(), SCHEMA, NUMBER, np.arange(60.0))["predictions"]["quantiles"]

    assert list(classes) == ["1", "2", "10"]
    assert classes["10"][50] == pytest.approx(np.median(probabilities[:, 2]))
    assert (number[0], number[100]) == (0.0, 59.0)


def test_columns_without_values_and_infinite_numbers_still_make_strict_json() -> None:
    frame = training_rows(6).with_columns(
        size=pl.lit(float("inf")), weight=pl.lit(None, dtype=pl.Float64), color=pl.lit(None, dtype=pl.String), note=pl.lit(None, dtype=pl.String)
    )

    profile = reference_profile(frame, SCHEMA, NUMBER, np.arange(6.0))

    json.dumps(profile, allow_nan=False)
    assert profile["columns"]["weight"] == {"kind": "numeric", "missing": 1.0, "quantiles": []}


def test_images_are_told_by_their_light_and_their_contrast_in_each_channel() -> None:
    dark, half = np.full((4, 4), 8, dtype=np.uint8), np.array([[0, 255], [255, 0]], dtype=np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    pixels = np.stack([np.stack([dark, half], axis=-1)] * 10)

    told = image_profile(pixels, NUMBER, np.arange(10.0))

    first, second = told["columns"]["image"]["channels"]
    assert (told["rows"], told["columns"]["image"]["kind"], told["columns"]["image"]["measured"]) == (10, "image", 10)
    assert (first["mean"], first["deviation"], first["histogram"][1], first["image_means"][50]) == (8.0, 0.0, 1.0, 8.0)
    assert (second["mean"], second["deviation"], second["image_deviations"][50]) == (127.5, 127.5, 127.5)
    assert (second["histogram"][0], second["histogram"][31]) == (0.5, 0.5)
    json.dumps(told, allow_nan=False)


def test_of_many_images_an_even_sample_is_measured() -> None:
    pixels = np.zeros((MOST_IMAGES + 1, 2, 2, 1), dtype=np.uint8)

    told = image_profile(pixels, NUMBER, np.arange(10.0))

    assert (told["rows"], told["columns"]["image"]["measured"]) == (MOST_IMAGES + 1, MOST_IMAGES // 2 + 1)


def test_some_images_are_told_as_if_they_were_alone_and_looked_at_one_by_one() -> None:
    pixels, rows = np.random.default_rng(0).integers(0, 256, (30, 9, 7, 3), dtype=np.uint8), np.arange(1, 30, 2)

    told = image_profile(taking_at_most(1, pixels), NUMBER, np.arange(15.0), rows=rows)

    assert told == image_profile(pixels[rows], NUMBER, np.arange(15.0))
    assert told["rows"] == 15


def test_the_light_of_images_is_what_numpy_says_of_their_pixels() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 6, 5, 2), dtype=np.uint8)

    second = image_profile(pixels, NUMBER, np.arange(40.0))["columns"]["image"]["channels"][1]

    levels = pixels[..., 1]
    assert (second["mean"], second["deviation"]) == (pytest.approx(levels.mean()), pytest.approx(levels.std()))
    np.testing.assert_allclose(second["image_means"], np.percentile(levels.mean(axis=(1, 2)), np.arange(101)))
    np.testing.assert_allclose(second["image_deviations"], np.percentile(levels.std(axis=(1, 2)), np.arange(101)))
    np.testing.assert_allclose(second["histogram"], np.histogram(levels, bins=32, range=(0, 256))[0] / levels.size)
