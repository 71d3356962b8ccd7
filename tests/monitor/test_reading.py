from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

from luthier.core.errors import ColumnMissing
from luthier.core.task import Column, ColumnKind, Schema
from luthier.monitor.reading import read_sample

KINDS = {"age": ColumnKind.NUMERIC, "smokes": ColumnKind.BOOLEAN, "born": ColumnKind.DATETIME, "city": ColumnKind.CATEGORY}
SCHEMA = Schema(columns=tuple(Column(name=name, kind=kind, dtype="") for name, kind in KINDS.items()))


def test_cells_that_cannot_be_read_become_missing_and_are_counted() -> None:
    table = pl.DataFrame(
        {"age": ["31", "old", "?", "x"], "smokes": ["yes", "no", "maybe", None], "born": ["2020-01-02", "then", None, "2021-01-01"], "city": list("abcd")}
    )

    sample = read_sample(table, SCHEMA)

    assert sample.frame["age"].to_list() == [31.0, None, None, None]
    assert sample.frame["born"].to_list() == [datetime(2020, 1, 2), None, None, datetime(2021, 1, 1)]
    found = {name: (cells.rows, cells.first, cells.first_row) for name, cells in sample.unreadable.items()}
    assert found == {"age": (2, "old", 2), "smokes": (1, "maybe", 3), "born": (1, "then", 2)}


def test_a_column_of_another_type_is_unreadable_as_a_whole() -> None:
    table = pl.DataFrame({"age": [[1], [2]], "smokes": [2, 1], "born": [1.5, 2.5], "city": [{"a": 1}, None]})

    sample = read_sample(table, SCHEMA)

    assert {name: cells.rows for name, cells in sample.unreadable.items()} == {"age": 2, "smokes": 1, "born": 2, "city": 1}


def test_a_readable_table_has_nothing_unreadable() -> None:
    table = pl.DataFrame({"age": [1, 2], "smokes": [True, False], "born": [datetime(2020, 1, 1)] * 2, "city": ["a", "b"]})

    assert read_sample(table, SCHEMA).unreadable == {}


def test_a_column_that_is_gone_is_refused() -> None:
    with pytest.raises(ColumnMissing) as refusal:
        read_sample(pl.DataFrame({"smoke": [1], "age": [1], "born": [None], "city": ["a"]}), SCHEMA)

    assert str(refusal.value) == "Column 'smokes' is an input, but the table does not have it. Did you mean 'smoke'?"
