"""Reading: what comes in is what was written, whatever it was written as."""

from __future__ import annotations

import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from luthier.data import build_dataset, read_source, read_table

TABLE = pl.DataFrame({"age": [31, None, 47], "dose": [0.5, 1.25, None], "sex": ["f", None, "m"]})

words = st.from_regex(r"\A[a-z][a-z ,;'\"\n\t|é日]{0,11}\Z").filter(
    lambda word: word.strip() not in ("", "nan", "null", "inf", "infinity", "true", "false") and word == word.strip()
)
cells = {
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "count": st.integers(-(2**62), 2**62),
    "word": words,
    "flag": st.booleans(),
    "moment": st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)),
}
dtypes = {"number": pl.Float64, "count": pl.Int64, "word": pl.String, "flag": pl.Boolean, "moment": pl.Datetime("us")}


@st.composite
def frames(draw: st.DrawFn) -> pl.DataFrame:
    """A frame with every type of cell, each column with a value in some row and no row all missing."""
    rows = draw(st.integers(2, 8))
    columns = {name: draw(st.lists(cell | st.none(), min_size=rows, max_size=rows)) for name, cell in cells.items()}
    columns = {name: values if any(value is not None for value in values) else [draw(cells[name])] * rows for name, values in columns.items()}
    return pl.DataFrame({"row": range(rows)}).with_columns(pl.Series(name, values, dtype=dtypes[name]) for name, values in columns.items())


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=frames())
def test_delimited_text_reads_back_equal(frame: pl.DataFrame, separator: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    frame.write_csv(path, separator=separator)

    read = read_table(path)

    as_written = read.with_columns(pl.col("number").cast(pl.Float64), pl.col("moment").cast(pl.Datetime("us")))
    assert_frame_equal(as_written, frame, check_exact=True)


@pytest.mark.parametrize(
    ("suffix", "write"), [("parquet", pl.DataFrame.write_parquet), ("arrow", pl.DataFrame.write_ipc), ("feather", pl.DataFrame.write_ipc_stream)]
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=frames())
def test_binary_formats_read_back_equal(frame: pl.DataFrame, suffix: str, write: object, tmp_path: Path) -> None:
    path = tmp_path / f"table.{suffix}"
    write(frame, path)  # type: ignore[operator]

    assert_frame_equal(read_table(path), frame, check_exact=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frame=frames())
def test_json_lines_read_back_equal(frame: pl.DataFrame, tmp_path: Path) -> None:
    plain = frame.drop("moment")  # JSON has no dates: they come back as text, and the guess of kinds reads them
    plain.write_ndjson(tmp_path / "table.jsonl")

    assert_frame_equal(read_table(tmp_path / "table.jsonl"), plain, check_exact=True)


@pytest.mark.parametrize(
    "table",
    [TABLE, TABLE.lazy(), TABLE.to_arrow(), TABLE.to_pandas(), TABLE.to_dict(), TABLE.to_dict(as_series=False)],
    ids=["polars", "lazy", "arrow", "pandas", "series", "lists"],
)
def test_tables_in_memory_read_alike(table: object) -> None:
    read = read_table(table)

    assert_frame_equal(read, TABLE, check_dtypes=False)


def test_numpy_columns_are_named_by_position() -> None:
    read = read_table(np.array([[1.0, np.nan], [3.0, 4.0]]))

    assert read.to_dict(as_series=False) == {"x0": [1.0, 3.0], "x1": [None, 4.0]}


def test_what_is_given_is_not_changed() -> None:
    frame = pd.DataFrame({"age": [1.0, np.nan] * 20, "sex": pd.Categorical(["f", "m"] * 20), "ill": [0, 1] * 20})
    array, copy = np.arange(80.0).reshape(40, 2), np.arange(80.0).reshape(40, 2)
    before = frame.copy(deep=True)

    build_dataset(frame, target="ill")
    build_dataset(array, target="x1")

    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(array, copy)


def test_missing_markers_are_read_as_missing_and_counted(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b,c\n1,x,NA\n?,N/A,2.5\n nan ,None,3\n,,NA\n")

    reading = read_source(tmp_path / "table.csv")

    assert reading.frame.to_dict(as_series=False) == {"a": [1, None, None, None], "b": ["x", None, None, None], "c": [None, 2.5, 3.0, None]}
    assert [event.what for event in reading.events] == ["These texts were read as missing values: 'NA' (2), '?' (1), 'nan' (1), 'N/A' (1), 'None' (1)."]


def test_none_is_a_class_of_a_target_of_words_but_missing_among_numbers(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("disorder,hours\nNone,None\nApnea,7.5\nNone,6\n")

    assert read_table(tmp_path / "table.csv", target="disorder")["disorder"].to_list() == ["None", "Apnea", "None"]
    assert read_table(tmp_path / "table.csv", target="hours")["hours"].to_list() == [None, 7.5, 6.0]


def test_decimal_commas_are_read_beside_semicolons(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a;b\n1,5;x\n-2,25;y\n")

    reading = read_source(tmp_path / "table.csv")

    assert reading.frame["a"].to_list() == [1.5, -2.25]
    assert [event.name for event in reading.events] == ["decimal-comma"]


def test_a_type_is_inferred_over_the_whole_file(tmp_path: Path) -> None:
    rows = "".join(f"{row},{row % 2}\n" for row in range(50_000))
    (tmp_path / "table.csv").write_text("a,b\n" + rows + "0.5,true\n")

    read = read_table(tmp_path / "table.csv")

    assert read["a"][-1] == 0.5
    assert read.height == 50_001


def test_byte_order_mark_compression_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    text = "age,dose,sex\r\n31,0.5,f\r\n,1.25,\r\n47,,m\r\n"
    (tmp_path / "mark.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    (tmp_path / "packed.tsv.gz").write_bytes(gzip.compress(text.replace(",", "\t").encode()))

    assert_frame_equal(read_table(tmp_path / "mark.csv"), TABLE)
    assert_frame_equal(read_table(tmp_path / "packed.tsv.gz"), TABLE)


def test_columns_without_a_name_are_named_by_position(tmp_path: Path) -> None:
    TABLE.to_pandas().to_csv(tmp_path / "table.csv")

    reading = read_source(tmp_path / "table.csv")

    assert reading.frame.columns == ["Unnamed: 0", "age", "dose", "sex"]
    assert reading.events[0].what == "Columns without a name were named by their position: 'Unnamed: 0'."


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b\n")

    assert read_table(tmp_path / "table.csv").shape == (0, 2)
    assert read_table(pa.table({"a": pa.array([], pa.int64())})).shape == (0, 1)


def test_columns_of_text_stay_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("id,n\n007,007\n1e3,1e3\nNA,NA\n 5,5\n,1\n")

    read = read_table(tmp_path / "labels.csv", text=("id", "elsewhere"))

    assert read["id"].to_list() == ["007", "1e3", "NA", " 5", None]
    assert read["n"].to_list() == [7.0, 1000.0, None, 5.0, 1.0]
