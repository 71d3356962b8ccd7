"""Kinds: what is guessed of a column, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
import pytest

from luthier.core.task import ColumnKind
from luthier.data import build_dataset, guess_columns, guess_task

N = 60
WORDS = ["red", "blue", "green"]
COLUMNS: dict[str, tuple[str, Any, str, str]] = {
    "integers": ("age", [n % 40 for n in range(N)], "numeric", "integers"),
    "counted integers": ("rooms", [n % 5 for n in range(N)], "numeric", "integers"),
    "floats": ("dose", [n / 7 for n in range(N)], "numeric", "numbers"),
    "zero and one": ("smoker", [0, 1] * 30, "boolean", "holds only 0 and 1"),
    "zero, one and missing": ("smoker", [0.0, 1.0, None] * 20, "boolean", "holds only 0 and 1"),
    "truth values": ("ok", [True, False] * 30, "boolean", "true or false"),
    "said truth values": ("ok", ["True", "FALSE"] * 30, "boolean", "text that says true or false"),
    "words": ("color", WORDS * 20, "category", "3 different texts"),
    "integer codes": ("store_id", [n % 7 for n in range(N)], "category", "named like a code, with 7 different integers"),
    "codes with zeros": ("zip", [f"0{n % 30:03}" for n in range(N)], "category", "text that holds 30 different codes"),
    "numbers in text": ("price", [f"{n}.5" for n in range(N)], "numeric", "text that holds numbers"),
    "codes and words": ("ticket", [f"{n % 25}" if n % 3 else f"A{n}" for n in range(N)], "category", "45 different texts"),
    "running number": ("id", list(range(N)), "identifier", "named like an identifier, and 60 values differ in 60 rows"),
    "unsorted number": ("customerID", [n * 7919 % 10_007 for n in range(N)], "identifier", "named like an identifier, and 60 values differ in 60 rows"),
    "names": ("name", [f"n{n}" for n in range(N)], "identifier", "60 different texts in 60 rows"),
    "uuids": ("key", [str(UUID(int=n % 50)) for n in range(N)], "identifier", "universally unique identifiers"),
    "sentences": ("note", [f"the patient number {n} is well" for n in range(N)], "text", "6 words on average, 60 different texts"),
    "long labels": ("method", ["bank transfer (automatic)", "check by mail"] * 30, "category", "2 different texts"),
    "dates": ("seen", [datetime(2024, 1, 1 + n % 28) for n in range(N)], "datetime", "dates"),
    "ISO dates": ("seen", [f"2024-01-{1 + n % 28:02}" for n in range(N)], "datetime", "dates of the form ISO 8601"),
    "day first": ("seen", [f"{1 + n % 28:02}/02/2024" for n in range(N)], "datetime", "dates of the form %d/%m/%Y"),
    "either first": (
        "seen",
        [f"{1 + n % 9:02}/02/2024" for n in range(N)],
        "datetime",
        "dates of the form %m/%d/%Y, month first by convention: day first reads as well",
    ),
    "one value": ("site", ["x"] * N, "constant", "always 'x'"),
    "one number": ("site", [3] * N, "constant", "always 3"),
    "nothing": ("site", [None] * N, "constant", "has no value at all"),
    "one value or missing": ("flag", ["x", None] * 30, "category", "one text, or missing"),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_a_kind_is_guessed_with_a_reason(case: str) -> None:
    name, values, kind, why = COLUMNS[case]

    (column,) = guess_columns(pl.DataFrame({name: values, "y": range(N)}), target="y")

    assert (column.kind, column.why) == (kind, why)


@pytest.mark.parametrize("name", ["paid", "humid", "acid", "width", "sick"])
def test_words_that_end_like_identifiers_are_none(name: str) -> None:
    (column,) = guess_columns(pl.DataFrame({name: range(N), "y": range(N)}), target="y")

    assert column.kind is ColumnKind.NUMERIC


def test_a_stated_kind_overrules_the_guess() -> None:
    (column,) = guess_columns(pl.DataFrame({"a": range(N), "y": range(N)}), target="y", overrides={"a": "category"})

    assert (column.kind, column.guessed, column.why) == (ColumnKind.CATEGORY, False, "stated by the user")


TARGETS: dict[str, tuple[Any, str, tuple[str, ...], str]] = {
    "words": (["no", "yes", "no"], "binary", ("no", "yes"), "text with 2 different values"),
    "more words": (["b", "c", "a", "a"], "multiclass", ("a", "b", "c"), "text with 3 different values"),
    "truth values": ([True, False, True], "binary", ("false", "true"), "truth values with 2 different values"),
    "codes": ([10, 9, 2] * 3, "multiclass", ("2", "9", "10"), "only 3 different integers"),
    "codes as floats": ([1.0, 0.0, None, 1.0], "binary", ("0", "1"), "only 2 different numbers"),
    "counts": (list(range(21)), "regression", (), "integers with 21 different values"),
    "grades": ([1.5, 2.0, 2.5, 2.5], "regression", (), "numbers with 3 different values"),
    "numbers in text": ([f"{n}.5" for n in range(30)], "regression", (), "numbers with 30 different values"),
}


@pytest.mark.parametrize("case", TARGETS)
def test_a_task_is_guessed_with_a_reason(case: str) -> None:
    values, kind, classes, why = TARGETS[case]

    task = guess_task(pl.Series("y", values))

    assert (task.kind, task.classes, task.why, task.guessed) == (kind, classes, why, True)
    assert task.metric == ("rmse" if kind == "regression" else "log_loss")


def test_rows_without_a_target_are_set_aside_and_counted() -> None:
    dataset = build_dataset({"a": range(41), "y": [None, *["a", "b"] * 20]}, target="y")

    assert (dataset.rows, dataset.frame["a"][0], dataset.target[:3].tolist()) == (40, 1.0, [0, 1, 0])
    assert [event.what for event in dataset.events] == ["1 of 41 rows have no value in the target 'y' and were set aside."]
