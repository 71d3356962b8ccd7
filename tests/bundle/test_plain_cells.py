from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from luthier.bundle import onnx_inputs
from luthier.bundle.plain_cells import RowReader
from luthier.core.errors import ColumnMissing, ColumnUnusable
from luthier.data import read_table, typed_frame
from tests.bundle.test_single_row import CELLS, row_of
from tests.data.typed_frames import KINDS, schema_of

SCHEMA = schema_of(*KINDS)
READER = RowReader(SCHEMA)
ODD_CELLS = {
    "size": st.sampled_from(["31", " 2.5", "n/a"]),
    "color": st.floats(-5, 5),
    "smoker": st.sampled_from(["yes", "0"]),
    "seen": st.sampled_from(["2020-02-29", "1969-12-31 23:59:59", "2020-01-01T10:00:00+02:00", "0001-01-01", "2020-06-01T12:30"]),
}


def by_table(row: dict[str, Any]) -> dict[str, np.ndarray]:
    return onnx_inputs(typed_frame(read_table({name: [value] for name, value in row.items()}), SCHEMA), SCHEMA)


@given(rows=st.lists(st.fixed_dictionaries({name: st.none() | CELLS[kind] | ODD_CELLS.get(name, st.nothing()) for name, kind in KINDS.items()}), max_size=4))
def test_a_row_gives_the_same_cells_alone_among_others_and_through_a_table(rows: list[dict[str, Any]]) -> None:
    inputs = READER.inputs(READER.read(rows))

    assert list(inputs) == list(KINDS)
    for place, row in enumerate(rows):
        for name, values in by_table(row).items():
            assert inputs[name].dtype == values.dtype
            np.testing.assert_array_equal(inputs[name][place], values[0])


@pytest.mark.parametrize("text", ["2020-02-30", "2020-13-01", "2020-01-01T24:00:00", "2020-01-01 10:00:60", "٢٠٢٠-01-01"])
def test_text_that_looks_like_a_date_is_read_as_a_table_reads_it(text: str) -> None:
    def read(row: dict[str, Any]) -> Any:
        return READER.read([row])[3][0]

    def read_by_table(row: dict[str, Any]) -> Any:
        return by_table(row)["seen"][0]

    outcomes = []
    for way in (read, read_by_table):
        try:
            outcomes.append(way(row_of(seen=text)))
        except ColumnUnusable as error:
            outcomes.append(str(error))

    assert outcomes[0] == outcomes[1]


def test_the_first_row_that_cannot_be_read_is_named_whatever_the_others_hold() -> None:
    with pytest.raises(ColumnUnusable) as refused:
        READER.read([row_of(size="1"), row_of(size=2), row_of(size="tall row 1")])

    assert str(refused.value) == (
        "Column 'size' must hold numbers, but it also holds other text (first: 'tall row 1' in row 3). "
        "Correct it, or leave the cell empty where the value is missing."
    )


def test_a_cell_that_holds_many_values_is_refused() -> None:
    with pytest.raises(ColumnUnusable) as refused:
        READER.read([row_of(), row_of(color={"r": 1})])

    assert str(refused.value) == "Column 'color' must hold one value a row, but row 2 holds a dict. Give text, a number, true, false or null."


def test_a_row_without_a_column_is_refused() -> None:
    with pytest.raises(ColumnMissing, match=r"^Column 'size' is an input, but the table does not have it. Did you mean 'sizes'\?$"):
        READER.read([{"sizes": 1}])


def test_a_row_of_nothing_is_read_as_one_whose_values_are_missing() -> None:
    missing = READER.inputs(READER.missing())

    nothing = pl.DataFrame({name: [None] for name in KINDS})
    for name, values in onnx_inputs(typed_frame(nothing, SCHEMA), SCHEMA).items():
        np.testing.assert_array_equal(missing[name], values)
