"""Law 7, for the saved model: it answers as the networks in torch do, in any form, order and number of rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from luthier.bundle import Bundle
from luthier.core.errors import ColumnMissing, ColumnUnusable, SettingInvalid
from tests.bundle.made_up import MadeUp, training_rows
from tests.data.typed_frames import typed_frames

AS_IN_TORCH = {"atol": 1e-5, "rtol": 1e-5}
PREDICT = "import sys; from luthier.bundle import Bundle; print(Bundle.load(sys.argv[1]).predict_proba(sys.argv[2]).tolist())"


@settings(max_examples=50, deadline=None)
@given(frame=typed_frames())
def test_a_saved_classifier_gives_the_networks_probabilities_on_any_rows(classifier: MadeUp, frame: pl.DataFrame) -> None:
    model = Bundle.load(classifier.folder)

    np.testing.assert_allclose(model.predict_proba(frame), classifier.answers(frame), **AS_IN_TORCH)


@settings(max_examples=25, deadline=None)
@given(frame=typed_frames())
def test_a_saved_regressor_gives_the_networks_predictions_on_any_rows(regressor: MadeUp, frame: pl.DataFrame) -> None:
    model = Bundle.load(regressor.folder)

    np.testing.assert_allclose(model.predict(frame), regressor.answers(frame), **AS_IN_TORCH)


def test_a_process_in_which_torch_cannot_be_imported_predicts_the_same(classifier: MadeUp, tmp_path: Path) -> None:
    training_rows().write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('torch was asked for')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}

    command = [sys.executable, "-c", PREDICT, str(classifier.folder), str(tmp_path / "rows.parquet")]
    answered = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)

    np.testing.assert_allclose(json.loads(answered.stdout), classifier.answers(training_rows()), **AS_IN_TORCH)


def test_intervals_follow_the_rule(regressor: MadeUp) -> None:
    frame = training_rows()

    lower, upper = Bundle.load(regressor.folder).predict_interval(frame)

    expected = regressor.interval(frame)
    assert len(set(np.round(expected[1] - expected[0], 6))) > 1
    np.testing.assert_allclose((lower, upper), expected, **AS_IN_TORCH)


def test_sets_hold_every_class_above_the_threshold_and_the_most_probable_one(classifier: MadeUp) -> None:
    model, frame = Bundle.load(classifier.folder), training_rows()

    sets = model.predict_set(frame)

    probabilities = classifier.answers(frame)
    expected = (probabilities >= 0.3) | (probabilities == probabilities.max(axis=1, keepdims=True))
    assert len(set(expected.sum(axis=1))) > 1
    np.testing.assert_array_equal(sets, expected)


def test_many_rows_are_answered_in_their_order(classifier: MadeUp) -> None:
    frame = pl.concat([training_rows()] * 30)
    model = Bundle.load(classifier.folder)

    many = model.predict_proba(frame)

    assert frame.height > 1_500
    np.testing.assert_allclose(many, np.tile(model.predict_proba(training_rows()), (30, 1)), rtol=1e-5)


def test_threads_may_share_a_model(classifier: MadeUp) -> None:
    frame = pl.concat([training_rows()] * 10)
    model = Bundle.load(classifier.folder)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(model.predict_proba, [frame] * 8))

    for answer in answers:
        np.testing.assert_array_equal(answer, answers[0])


def test_classes_come_back_in_the_targets_own_type(classifier: MadeUp) -> None:
    frame = training_rows()

    predictions = Bundle.load(classifier.folder).predict(frame)

    assert predictions.dtype == np.int64
    np.testing.assert_array_equal(predictions, np.array([1, 2, 10])[classifier.answers(frame).argmax(axis=1)])


def test_a_frame_of_predictions_has_the_promised_columns(classifier: MadeUp, regressor: MadeUp) -> None:
    labels = Bundle.load(classifier.folder).predict_frame(training_rows(), proba=True)
    numbers = Bundle.load(regressor.folder).predict_frame(training_rows())

    assert labels.schema == {"prediction": pl.Int64, "proba_1": pl.Float64, "proba_2": pl.Float64, "proba_10": pl.Float64}
    assert numbers.schema == {"prediction": pl.Float64, "lower": pl.Float64, "upper": pl.Float64}


def test_no_rows_give_no_answers_of_the_same_types(classifier: MadeUp, regressor: MadeUp) -> None:
    for made_up in (classifier, regressor):
        model = Bundle.load(made_up.folder)

        assert model.predict(training_rows().head(0)).shape == (0,)
        assert model.predict_frame(training_rows().head(0), proba=True).schema == model.predict_frame(training_rows(), proba=True).schema


def test_columns_may_be_reordered_and_accompanied(classifier: MadeUp) -> None:
    model, frame = Bundle.load(classifier.folder), training_rows()

    other = frame.select(reversed(frame.columns)).with_columns(stranger=pl.lit("ignored"), kind=pl.lit(2))

    np.testing.assert_array_equal(model.predict_proba(other), model.predict_proba(frame))


def test_a_table_without_values_and_with_unseen_categories_is_answered(classifier: MadeUp) -> None:
    frame = training_rows(6)
    empty = frame.select(pl.lit(None, dtype=dtype).alias(name) for name, dtype in frame.schema.items())
    unseen = frame.with_columns(color=pl.lit("ultraviolet"), shape=pl.lit("blue"), note=pl.lit("日本語"))

    model = Bundle.load(classifier.folder)

    np.testing.assert_allclose(model.predict_proba(empty), classifier.answers(empty), **AS_IN_TORCH)
    np.testing.assert_allclose(model.predict_proba(unseen), classifier.answers(unseen), **AS_IN_TORCH)


@pytest.mark.parametrize("rows", [1, 20])
def test_a_missing_column_is_named(classifier: MadeUp, rows: int) -> None:
    with pytest.raises(ColumnMissing) as refusal:
        Bundle.load(classifier.folder).predict(training_rows(rows * 2)[:rows].rename({"weight": "wieght"}))

    assert str(refusal.value) == "Column 'weight' is an input, but the table does not have it. Did you mean 'wieght'?"


@pytest.mark.parametrize("rows", [1, 20])
def test_text_in_a_numeric_column_is_refused_with_its_row(classifier: MadeUp, rows: int) -> None:
    frame = training_rows(rows * 2)[:rows].with_columns(weight=pl.lit("heavy"))

    with pytest.raises(ColumnUnusable) as refusal:
        Bundle.load(classifier.folder).predict(frame)

    assert str(refusal.value) == (
        "Column 'weight' must hold numbers, but it also holds other text (first: 'heavy' in row 1). "
        "Correct it, or leave the cell empty where the value is missing."
    )


def test_what_a_task_does_not_have_is_refused(classifier: MadeUp, regressor: MadeUp) -> None:
    with pytest.raises(SettingInvalid) as no_intervals:
        Bundle.load(classifier.folder).predict_interval(training_rows())
    with pytest.raises(SettingInvalid) as no_probabilities:
        Bundle.load(regressor.folder).predict_proba(training_rows())

    assert str(no_intervals.value) == "Intervals need a regression, but this model predicts 'kind', a multiclass task."
    assert str(no_probabilities.value) == "Probabilities need a classification, but this model predicts 'weight in kg', a regression task."


def test_rows_that_are_given_stay_as_they_are(classifier: MadeUp) -> None:
    """Law 11."""
    frame = training_rows()
    pandas_frame = frame.to_pandas()
    before = pandas_frame.copy(deep=True)

    Bundle.load(classifier.folder).predict(pandas_frame)

    assert pandas_frame.equals(before)
