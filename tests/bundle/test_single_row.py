"""The quick way of one row gives what the way through a table gives, and leaves the rest to it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luthier.bundle import Bundle, onnx_inputs
from luthier.bundle.single_row import as_single_row, row_inputs
from luthier.core.task import ColumnKind
from luthier.data import read_table, typed_frame
from tests.bundle.made_up import MadeUp, training_rows
from tests.data.typed_frames import KINDS, schema_of, typed_frames

CELLS: dict[ColumnKind, st.SearchStrategy[Any]] = {
    ColumnKind.NUMERIC: st.floats() | st.integers(1 - 2**63, 2**63 - 1) | st.booleans(),
    ColumnKind.BOOLEAN: st.booleans() | st.sampled_from([0, 1, 0.0, 1.0]),
    ColumnKind.CATEGORY: st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.integers(1 - 2**63, 2**63 - 1) | st.booleans(),
    ColumnKind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ColumnKind.DATETIME: st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)),
}
NEEDS_A_TABLE = {
    "number-in-text": ("size", "31"),
    "truth-in-text": ("smoker", "yes"),
    "no-truth": ("smoker", 2),
    "date-in-text": ("seen", "2020-01-01"),
    "day": ("seen", date(2020, 1, 1)),
    "moment-in-a-zone": ("seen", datetime(2020, 1, 1, tzinfo=UTC)),
    "number-as-category": ("color", 3.0),
    "huge-number": ("size", 2**64),
}


def row_of(**changes: Any) -> dict[str, Any]:
    return {"size": 1.5, "color": "red", "smoker": True, "seen": datetime(2020, 2, 29), "note": "hello world", "weight": 70, "shape": None} | changes


def assert_same(inputs: dict[str, np.ndarray] | None, expected: dict[str, np.ndarray]) -> None:
    assert inputs is not None
    assert list(inputs) == list(expected)
    for name, values in expected.items():
        assert inputs[name].dtype == values.dtype
        np.testing.assert_array_equal(inputs[name], values)


@given(row=st.fixed_dictionaries({name: st.none() | CELLS[kind] for name, kind in KINDS.items()}))
def test_plain_values_are_read_as_a_table_reads_them(row: dict[str, Any]) -> None:
    schema = schema_of(*KINDS)

    expected = onnx_inputs(typed_frame(read_table({name: [value] for name, value in row.items()}), schema), schema)

    assert_same(row_inputs(row, schema), expected)


@given(frame=typed_frames(max_rows=1))
def test_a_frame_of_one_row_is_read_as_longer_frames_are(frame: pl.DataFrame) -> None:
    schema = schema_of(*KINDS)

    row = as_single_row(frame)

    assert row is not None
    assert_same(row_inputs(row, schema), onnx_inputs(typed_frame(read_table(frame), schema), schema))


@pytest.mark.parametrize(("name", "value"), NEEDS_A_TABLE.values(), ids=NEEDS_A_TABLE)
def test_values_that_need_interpretation_are_left_to_the_table(name: str, value: object) -> None:
    assert row_inputs(row_of(), schema_of(*KINDS)) is not None
    assert row_inputs(row_of(**{name: value}), schema_of(*KINDS)) is None


def test_a_row_without_a_column_is_left_to_the_table() -> None:
    row = row_of()
    del row["size"]

    assert row_inputs(row, schema_of(*KINDS)) is None


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": [1, 2]}, {"a": 1, "b": [2]}, pd.DataFrame({"a": [1, 2]}), np.zeros((1, 2)), "rows.csv"], ids=str)
def test_what_is_not_one_row_is_none(rows: object) -> None:
    assert as_single_row(rows) is None


def test_every_form_of_one_row_gives_the_answer_of_the_table(classifier: MadeUp) -> None:
    model, frame = Bundle.load(classifier.folder), training_rows()
    expected = model.predict_proba(frame)[7:8]
    row = frame.row(7, named=True)

    forms = {
        "mapping": row,
        "columns": {name: [value] for name, value in row.items()},
        "polars": frame[7],
        "pandas": frame[7].to_pandas(),
        "arrow": frame[7].to_arrow(),
    }

    for form in forms.values():
        np.testing.assert_allclose(model.predict_proba(form), expected, rtol=1e-6)


def test_one_row_as_text_is_read_by_the_kinds_of_its_columns(classifier: MadeUp) -> None:
    model, plain = Bundle.load(classifier.folder), row_of()
    text = row_of(size="1.5", smoker="yes", seen="2020-02-29", weight="70")

    np.testing.assert_array_equal(model.predict_proba(text), model.predict_proba(plain))
