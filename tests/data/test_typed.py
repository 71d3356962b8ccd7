"""typed_frame: the fit and the prediction see the same types, whatever came in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from luthier.core.errors import ColumnMissing, ColumnUnusable, TargetUnusable
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data import build_dataset, guess_task, target_values, typed_frame


def typed(values: Any, kind: str, date_format: str = "") -> list[Any]:
    schema = Schema(columns=(Column(name="c", kind=ColumnKind(kind), dtype="", date_format=date_format),))
    return typed_frame(pl.DataFrame({"c": values}), schema)["c"].to_list()


CASES: dict[str, tuple[Any, str, list[Any]]] = {
    "integers": ([1, None], "numeric", [1.0, None]),
    "not a number": ([1.5, float("nan"), float("inf")], "numeric", [1.5, None, float("inf")]),
    "numbers in text": ([" 1.5", "NA", ""], "numeric", [1.5, None, None]),
    "truth values as numbers": ([True, None], "numeric", [1.0, None]),
    "all missing": ([None, None], "numeric", [None, None]),
    "truth values": ([True, False, None], "boolean", [1.0, 0.0, None]),
    "words of truth": (["Yes", "f", "?"], "boolean", [1.0, 0.0, None]),
    "integer codes": ([3, None], "category", ["3", None]),
    "integer codes as floats": ([3.0, 2.5, None], "category", ["3", "2.5", None]),
    "truth codes": ([True, False], "category", ["true", "false"]),
    "empty text": (["x", ""], "category", ["x", None]),
    "dates": ([date(2024, 2, 1), None], "datetime", [datetime(2024, 2, 1), None]),
    "zoned text": (["2024-02-01T10:00:00+02:00", "2024-02-01"], "datetime", [datetime(2024, 2, 1, 8), datetime(2024, 2, 1)]),
}


@pytest.mark.parametrize("case", CASES)
def test_every_way_to_write_a_value_comes_out_in_the_type_of_its_kind(case: str) -> None:
    values, kind, expected = CASES[case]

    assert typed(values, kind) == expected


def test_a_date_is_read_in_the_order_that_the_fit_settled() -> None:
    assert typed(["03/02/2024"], "datetime", "%d/%m/%Y") == [datetime(2024, 2, 3)]
    assert typed(["03/02/2024"], "datetime", "%m/%d/%Y") == [datetime(2024, 3, 2)]
    assert typed(["2024-02-03"], "datetime", "%d/%m/%Y") == [datetime(2024, 2, 3)]


def test_order_and_number_of_columns_do_not_matter_and_typing_twice_changes_nothing() -> None:
    table = pl.DataFrame({"a": range(40), "b": ["u", "v"] * 20, "t": ["2024-01-01", "2024-01-02"] * 20, "y": [0, 1] * 20})
    dataset = build_dataset(table, target="y")

    once = typed_frame(table.select("y", "t", "b", "a"), dataset.schema)

    assert once.columns == ["a", "b", "t"]
    assert_frame_equal(once, dataset.frame)
    assert_frame_equal(typed_frame(once, dataset.schema), once)


MESSAGES: dict[str, tuple[Any, str, str]] = {
    "text": (["1", "n/a ", "old"], "numeric",
        "Column 'c' must hold numbers, but it also holds other text (first: 'old' in row 3). Correct it, or leave the cell empty where the value is missing."),
    "dates": ([date(2024, 1, 1)], "numeric", "Column 'c' must hold numbers, but it holds values of type Date. Convert it."),
    "numbers": ([1], "datetime", "Column 'c' must hold dates, but it holds values of type Int64. Convert it."),
    "two": ([0, 2], "boolean",
        "Column 'c' must hold true and false, or 1 and 0, but row 2 holds 2. Correct it, or fit again with --kind c=numeric."),
    "lists": ([[1]], "category", "Column 'c' must hold text or codes, but it holds values of type List(Int64). Convert it."),
}  # fmt: skip


@pytest.mark.parametrize("case", MESSAGES)
def test_a_value_of_another_kind_is_refused_and_named(case: str) -> None:
    values, kind, message = MESSAGES[case]

    with pytest.raises(ColumnUnusable) as refusal:
        typed(values, kind)

    assert str(refusal.value) == message


def test_a_missing_column_is_named() -> None:
    schema = Schema(columns=(Column(name="age", kind=ColumnKind.NUMERIC, dtype="Int64"),))

    with pytest.raises(ColumnMissing) as refusal:
        typed_frame(pl.DataFrame({"Age": [1]}), schema)

    assert str(refusal.value) == "Column 'age' is an input, but the table does not have it. Did you mean 'Age'?"


def test_a_class_that_was_never_learned_is_refused_as_truth() -> None:
    task = guess_task(pl.Series("y", ["a", "b"]))

    with pytest.raises(TargetUnusable) as refusal:
        target_values(pl.Series("y", ["a", "c"]), task)

    assert str(refusal.value) == "The target 'y' must hold one of the classes a, b, but row 2 holds 'c'."
