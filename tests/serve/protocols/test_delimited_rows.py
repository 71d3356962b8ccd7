from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import RequestRefused
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.read import read_table
from luthier.serve.protocols.delimited_rows import rows_of_csv

SCHEMA = Schema(
    columns=(
        Column(name="ward", kind=ColumnKind.CATEGORY, dtype="Int64"),
        Column(name="age", kind=ColumnKind.NUMERIC, dtype="Float64"),
        Column(name="smoker", kind=ColumnKind.BOOLEAN, dtype="Boolean"),
        Column(name="seen", kind=ColumnKind.DATETIME, dtype="Date"),
    )
)


def test_cells_are_read_as_a_file_of_them_is_read(tmp_path: Path) -> None:
    text = 'ward,age,smoker,note\n007,31,true,"a, b"\n12,?,false,NA\n'
    (tmp_path / "rows.csv").write_text(text)

    rows = rows_of_csv(text.encode(), SCHEMA)

    assert list(rows) == read_table(tmp_path / "rows.csv").to_dicts()


def test_one_row_has_the_types_of_the_fit_and_dates_stay_text() -> None:
    assert rows_of_csv(b"\xef\xbb\xbfward,age,smoker,seen\r\n1,1e3,TRUE,2020-03-04\r\n", SCHEMA) == (
        {"ward": 1, "age": 1000.0, "smoker": True, "seen": "2020-03-04"},
    )


def test_a_cell_of_another_kind_stays_text_for_the_model_to_refuse() -> None:
    assert rows_of_csv(b"age\nold\n", SCHEMA) == ({"age": "old"},)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "A CSV must have a header and rows below it, but nothing came. Send the names of the columns first."),
        (b"age,age\n1,2\n", "Column names must differ, but 2 columns are named 'age'. Rename all but one."),
        (b"age,sex\n1,f\n2\n", "Each row must have 2 fields as the header has, but row 2 has 1. Repair it."),
        (b'age\n"1\n', "The body must be CSV in UTF-8, but it cannot be read: unexpected end of data. Correct it."),
        (
            b"age\n\xff\n",
            "The body must be CSV in UTF-8, but it cannot be read: 'utf-8' codec can't decode byte 0xff in position 4: invalid start byte. Correct it.",
        ),
    ],
)
def test_what_is_no_table_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        rows_of_csv(body, SCHEMA)

    assert (str(refused.value), refused.value.status) == (message, 400)
