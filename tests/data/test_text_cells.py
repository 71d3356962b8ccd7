"""Text cells become what the sample said that their column holds."""

from __future__ import annotations

from datetime import datetime, time

import polars as pl
import pytest

from luthier.data.text_cells import CellTypes


@pytest.mark.parametrize(
    ("dtype", "text", "cells"),
    [
        (pl.Int64(), ["1", " 20 ", "NA", None], [1, 20, None, None]),
        (pl.Int64(), ["1", "2.5"], [1.0, 2.5]),
        (pl.Float64(), ["1.5", "1e3", "?"], [1.5, 1000.0, None]),
        (pl.Boolean(), ["true", "False", None], [True, False, None]),
        (pl.Datetime("us"), ["2024-01-31", "2024-01-31 12:00"], [datetime(2024, 1, 31), datetime(2024, 1, 31, 12)]),
        (pl.Time(), ["12:30:00"], [time(12, 30)]),
        (pl.String(), ["007", "NA"], ["007", None]),
        (pl.Int64(), ["1", "many"], ["1", "many"]),
    ],
    ids=["integers", "a number among integers", "numbers", "truth values", "dates", "times of day", "words", "something else"],
)
def test_a_column_is_read_in_its_type_or_stays_text(dtype: pl.DataType, text: list[str | None], cells: list[object]) -> None:
    read = CellTypes(dtypes={"x": dtype}).read(pl.DataFrame({"x": text}))

    assert read["x"].to_list() == cells


def test_a_comma_is_a_decimal_point_only_where_the_semicolon_separates() -> None:
    text = pl.DataFrame({"x": ["1,5", "2"]})

    assert CellTypes(dtypes={"x": pl.Float64()}, decimal_comma=True).read(text)["x"].to_list() == [1.5, 2.0]
    assert CellTypes(dtypes={"x": pl.Float64()}).read(text)["x"].to_list() == ["1,5", "2"]


def test_a_missing_marker_that_is_a_class_of_the_target_stays_a_class() -> None:
    text = pl.DataFrame({"kind": ["None", "NA", "red"], "other": ["None", "NA", "red"]})

    read = CellTypes(dtypes={"kind": pl.String(), "other": pl.String()}, words=("None",), target="kind").read(text)

    assert read.to_dict(as_series=False) == {"kind": ["None", None, "red"], "other": [None, None, "red"]}
