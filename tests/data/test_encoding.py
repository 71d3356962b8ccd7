"""Laws of the encoding: fitted on training rows only, one row at a time, and as published."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.core.task import InputShape
from luthier.data.columns import CodeFeature, Layout, NumberFeature, fit_layout, layout_events
from luthier.data.encoding import CHUNK_ROWS, Encoding, fit_encoding, fit_encodings, robust_scale
from luthier.data.splits import Fold, Split
from tests.data.typed_frames import KINDS, schema_of, typed_frames

ROWS = 60
SCHEMA = schema_of(*KINDS)
SPLIT = Split(
    train=np.arange(0, 40),
    test=np.arange(40, ROWS),
    folds=(Fold(train=np.arange(0, 20), validation=np.arange(20, 40)), Fold(train=np.arange(20, 40), validation=np.arange(0, 20))),
    kind="random",
)


def complete_frame(rows: int, seed: int) -> pl.DataFrame:
    """A frame of every kind in which each level is frequent."""
    rng = np.random.default_rng(seed)
    moments = [datetime(1965, 3, 1) + timedelta(seconds=int(s)) for s in rng.integers(0, 10**9, rows)]
    return pl.DataFrame(
        {
            "size": rng.normal(size=rows),
            "color": rng.choice(["red", "blue"], rows),
            "smoker": rng.integers(0, 2, rows).astype(float),
            "seen": pl.Series(moments, dtype=pl.Datetime("us")),
            "note": [" ".join(rng.choice(["pain", "fever", "cough", "rest"], 4)) for _ in range(rows)],
            "weight": rng.exponential(size=rows),
            "shape": rng.choice(["round", "flat", "tall"], rows),
        }
    )


def replace_rows(frame: pl.DataFrame, rows: np.ndarray, other: pl.DataFrame) -> pl.DataFrame:
    kept = np.arange(frame.height)
    kept[rows] = frame.height + np.arange(len(rows)) % other.height
    return pl.concat([frame, other])[kept]


def assert_same(one: Encoding, other: Encoding) -> None:
    assert one.layout == other.layout
    for name, array in one.to_arrays().items():
        np.testing.assert_array_equal(array, other.to_arrays()[name], err_msg=name)


Fit = Callable[[pl.DataFrame], list[Encoding]]


def encode_folds(frame: pl.DataFrame) -> list[Encoding]:
    return fit_encodings(frame, fit_layout(frame[SPLIT.train], SCHEMA), SPLIT.folds)


def check_sealed_rows_are_not_seen(fit: Fit, sealed: pl.DataFrame) -> None:
    frame = complete_frame(ROWS, seed=0)

    before, after = fit(frame), fit(replace_rows(frame, SPLIT.test, sealed))

    for one, other in zip(before, after, strict=True):
        assert_same(one, other)


def check_validation_rows_are_not_measured(fit: Fit) -> None:
    # The names of levels come from all folds, so only values change here that add or remove none.
    frame = complete_frame(ROWS, seed=0)
    changed = complete_frame(ROWS, seed=1).with_columns(pl.col("size", "weight") * 100)

    for k, fold in enumerate(SPLIT.folds):
        other = fit(replace_rows(frame, fold.validation, changed[fold.validation]))
        assert_same(fit(frame)[k], other[k])


@settings(max_examples=8, deadline=None)
@given(sealed=typed_frames(min_rows=1, max_rows=20))
def test_no_encoding_depends_on_sealed_rows(sealed: pl.DataFrame) -> None:
    check_sealed_rows_are_not_seen(encode_folds, sealed)


def test_no_encoding_depends_on_the_rows_that_judge_it() -> None:
    check_validation_rows_are_not_measured(encode_folds)


def peek_at_validation_rows(frame: pl.DataFrame) -> list[Encoding]:
    layout = fit_layout(frame[SPLIT.train], SCHEMA)
    return [fit_encoding(frame[SPLIT.train], layout) for _ in SPLIT.folds]


def peek_at_sealed_rows(frame: pl.DataFrame) -> list[Encoding]:
    return fit_encodings(frame, fit_layout(frame, SCHEMA), SPLIT.folds)


def test_both_checks_catch_a_transform_that_peeks() -> None:
    with pytest.raises(AssertionError):
        check_validation_rows_are_not_measured(peek_at_validation_rows)
    with pytest.raises(AssertionError):
        check_sealed_rows_are_not_seen(peek_at_sealed_rows, complete_frame(5, seed=2).with_columns(color=pl.lit("green")))


@pytest.mark.parametrize(
    ("values", "center", "scale"),
    [
        ([0, 1, 2, 3, 4], 2, 1 / 2),
        ([5, 5, 5, 5, 5, 5, 5, 9], 5, 2 / 4),
        ([7, 7, 7], 7, 0),
        ([np.nan, np.inf], 0, 0),
        ([0, 1, np.nan, 2, 3, 4, np.inf], 2, 1 / 2),
    ],
    ids=["quartiles", "no spread in the middle", "constant", "nothing finite", "holes"],
)
def test_robust_scale_is_the_published_one(values: list[float], center: float, scale: float) -> None:
    assert robust_scale(np.array(values, dtype=float)) == (center, scale)


def test_numbers_are_clipped_smoothly_and_missing_is_zero() -> None:
    schema = schema_of("size")
    train = pl.DataFrame({"size": [0.0, 1.0, 2.0, 3.0, 4.0]})
    encoding = fit_encoding(train, fit_layout(train, schema))

    numbers = encoding.encode(pl.DataFrame({"size": [2.0, 4.0, 8.0, None, float("inf"), -1e300]})).numbers[:, 0]

    np.testing.assert_allclose(numbers, [0, 1 / np.sqrt(1 + 1 / 9), 3 / np.sqrt(2), 0, 3, -3], rtol=1e-6)


def test_a_level_that_the_fold_has_not_seen_gets_code_zero() -> None:
    frame = pl.DataFrame({"color": ["red", "red", "blue", "blue", None, None]})
    layout = fit_layout(frame, schema_of("color"))

    encoding = fit_encoding(frame[:4], layout)

    assert layout.codes[0].levels == ("", "blue", "red")
    assert encoding.encode(pl.DataFrame({"color": ["red", "blue", None, "", "green"]})).codes[:, 0].tolist() == [3, 2, 0, 0, 0]


def test_levels_are_the_most_frequent_and_seen_twice_and_the_rest_is_reported() -> None:
    levels = [f"level {k:04}" for k in range(1_005)]
    frame = pl.DataFrame({"color": levels * 2 + levels[5:] + ["once"]})
    schema = schema_of("color")

    layout = fit_layout(frame, schema)

    assert layout.codes[0].levels == tuple(levels[5:])
    assert [event.what for event in layout_events(frame, schema, layout)] == [
        "Column 'color': 1,000 of 1,006 different values are told apart; the others (11 rows) are too rare and count as unseen."
    ]


def test_what_is_missing_in_training_gets_a_flag() -> None:
    frame = pl.DataFrame({"size": [1.0, None, 3.0], "weight": [1.0, 2.0, 3.0], "smoker": [1.0, 0.0, None]})
    layout = fit_layout(frame, schema_of("size", "smoker", "weight"))

    codes = fit_encoding(frame, layout).encode(frame).codes

    assert [(feature.column, feature.purpose) for feature in layout.codes] == [("smoker", "boolean"), ("size", "missing"), ("smoker", "missing")]
    assert codes.tolist() == [[2, 1, 1], [1, 2, 1], [0, 1, 2]]


def test_date_parts_that_do_not_vary_are_left_out() -> None:
    mondays = pl.DataFrame({"seen": pl.Series([datetime(2024, 1, 1) + timedelta(weeks=k) for k in range(20)], dtype=pl.Datetime("us"))})

    layout = fit_layout(mondays, schema_of("seen"))

    assert [feature.part for feature in layout.numbers] == ["timestamp", "year", "year_sin", "year_cos"]


@settings(max_examples=20, deadline=None)
@given(train=typed_frames(min_rows=4), frame=typed_frames())
def test_every_row_is_encoded_by_itself_and_finite(train: pl.DataFrame, frame: pl.DataFrame) -> None:
    names = ("size", "color", "smoker", "seen", "weight")  # texts have their own test: their topics cost time
    encoding = fit_encoding(train, fit_layout(train, schema_of(*names)))
    before = frame.clone()

    whole, reversed_rows = encoding.encode(frame), encoding.encode(frame.reverse())

    np.testing.assert_array_equal(whole.numbers, reversed_rows.numbers[::-1])
    np.testing.assert_array_equal(whole.codes, reversed_rows.codes[::-1])
    assert np.isfinite(whole.numbers).all()
    assert np.abs(whole.numbers).max(initial=0) <= 3
    assert (whole.codes <= np.array(encoding.layout.input_shape.cardinalities) - 1).all()
    assert frame.equals(before)


def test_a_table_longer_than_a_chunk_is_encoded_whole() -> None:
    frame = pl.DataFrame({"size": np.arange(CHUNK_ROWS + 10.0), "color": ["red", "blue"] * (CHUNK_ROWS // 2 + 5)})
    encoding = fit_encoding(frame, fit_layout(frame, schema_of("size", "color")))

    inputs, tail = encoding.encode(frame), encoding.encode(frame.tail(10))

    np.testing.assert_array_equal(inputs.numbers[-10:], tail.numbers)
    np.testing.assert_array_equal(inputs.codes[-10:], tail.codes)
    assert (np.diff(inputs.numbers[:, 0]) >= 0).all()


def test_a_layout_names_its_shape() -> None:
    layout = Layout(
        numbers=(NumberFeature(column="a", part="value"), NumberFeature(column="d", part="day"), NumberFeature(column="d", part="week")),
        codes=(CodeFeature(column="c", purpose="category", levels=("x", "y", "z")), CodeFeature(column="b", purpose="boolean", levels=("false", "true"))),
    )

    assert layout.input_shape == InputShape(numbers=3, cardinalities=(4, 3))
    assert layout.offsets.tolist() == [0, 4]
    assert list(layout.number_blocks()) == [("a", slice(0, 1), ("value",)), ("d", slice(1, 3), ("day", "week"))]


def test_a_saved_encoding_encodes_as_before() -> None:
    frame = complete_frame(ROWS, seed=0)
    encoding = encode_folds(frame)[0]

    layout = Layout.from_json(json.loads(json.dumps(encoding.layout.to_json())))
    again = Encoding.from_arrays(layout, encoding.to_arrays())

    assert_same(encoding, again)
    np.testing.assert_array_equal(encoding.encode(frame).numbers, again.encode(frame).numbers)


@settings(max_examples=30)
@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)))
def test_fractions_of_a_day_and_a_week_follow_the_calendar(moment: datetime) -> None:
    frame = pl.DataFrame({"seen": pl.Series([moment], dtype=pl.Datetime("us"))})
    layout = Layout(numbers=tuple(NumberFeature(column="seen", part=part) for part in ("timestamp", "day", "week")), codes=())
    unscaled = Encoding(layout=layout, center=np.zeros(3), scale=np.array([0.0, 1.0, 1.0]), known=np.zeros(0, dtype=bool), topics={})

    _, day, week = unscaled.encode(frame).numbers[0]

    seconds = (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
    shares = np.array([seconds / 86_400, (moment.weekday() + seconds / 86_400) / 7])
    np.testing.assert_allclose([day, week], shares / np.sqrt(1 + (shares / 3) ** 2), atol=1e-6)
