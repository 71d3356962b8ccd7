"""Bad input: one clear message each, tested as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from luthier.core.errors import ColumnMissing, ColumnUnusable, DataError, DataUnreadable, LuthierError, SettingInvalid, TargetUnusable, TooFewRows
from luthier.data import build_dataset, read_table

ROWS = "".join(f"{row},{row % 7 + 0.5},{'ab'[row % 2]}\n" for row in range(40))
SUFFIXES = ".csv, .tsv, .txt, .parquet, .pq, .jsonl, .ndjson, .arrow, .feather, .ipc"
FILES: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "'empty.csv' is empty. A table has a header row and rows below it."),
    "blank.csv": (b"\xef\xbb\xbf\r\n", "'blank.csv' is empty. A table has a header row and rows below it."),
    "table.xlsx": (
        b"PK",
        f"A table must end in one of {SUFFIXES} (delimited text also in .gz), but 'table.xlsx' came. Convert it to one of these.",
    ),
    "image.csv": (
        b"\x89PNG\r\n\x1a\n\0\0",
        "'image.csv' must hold text in rows and columns, but it holds binary data. Give a CSV, TSV, Parquet, JSON lines or Arrow file.",
    ),
    "wide.csv": ("a,y\n1,2\n".encode("utf-16"), "'wide.csv' must be encoded in UTF-8, but it is in UTF-16. Save it as UTF-8."),
    "latin.csv": (
        ("a,b,y\n" + ROWS + "Müller,1,a\n").encode("latin-1"),
        "'latin.csv' must be encoded in UTF-8, but row 41 of column 'a' holds b'M\\xfcller'. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8.",
    ),
    "header.csv": (
        ("größe,y\n1,2\n").encode("latin-1"),
        "'header.csv' must be encoded in UTF-8, but its header holds other bytes. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8.",
    ),
    "short.csv": (
        ("a,b,y\n" + ROWS + "1,2\n").encode(),
        "Each row must have 3 fields as the header has, but row 41 of 'short.csv' has 2: '1,2'. "
        "Repair that row, or put quotes around text that holds the separator.",
    ),
    "long.csv": (
        ("a,b,y\n1,2,a\n1,2,a,9\n" + ROWS).encode(),
        "Each row must have 3 fields as the header has, but row 2 of 'long.csv' has 4: '1,2,a,9'. "
        "Repair that row, or put quotes around text that holds the separator.",
    ),
    "twice.csv": (b"a,b,a\n1,2,3\n", "Column names must differ, but 'twice.csv' has 2 columns named 'a'. Rename all but one."),
    "broken.csv.gz": (b"abc", "'broken.csv.gz' cannot be unpacked: it is no whole compressed file. Make it again."),
    "broken.jsonl": (
        b'{"a": 1,\n',
        "'broken.jsonl' cannot be read as JSON lines: Syntax at character 7 (','). Check that the file is whole and that its suffix is right.",
    ),
    "broken.parquet": (
        b"PAR1",
        "'broken.parquet' cannot be read as Parquet: parquet: File out of specification: "
        "A Parquet file must contain a header and footer with at least 12 bytes. Check that the file is whole and that its suffix is right.",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_table_is_refused(name: str, tmp_path: Path) -> None:
    content, message = FILES[name]
    (tmp_path / name).write_bytes(content)

    with pytest.raises(DataUnreadable) as refusal:
        read_table(tmp_path / name)

    assert str(refusal.value) == message


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataUnreadable) as no_file:
        read_table(tmp_path / "absent.csv")
    with pytest.raises(DataUnreadable) as directory:
        read_table(str(tmp_path))

    assert str(no_file.value) == f"There is no file '{tmp_path}/absent.csv'. Check the path; it is looked for from the folder '{Path.cwd()}'."
    assert str(directory.value) == f"A table must be one file, but '{tmp_path}' is a directory. Name a file in it."


OBJECTS: dict[str, tuple[Any, str]] = {
    "number": (42, "A table must be a path, a Polars or pandas frame, an Arrow table, a NumPy array or a mapping of columns, but a int came."),
    "axes": (np.zeros((2, 2, 2)), "A NumPy table must have one or two axes, rows and columns, but an array of shape (2, 2, 2) came."),
    "heights": ({"a": [1, 2], "b": [1]}, "All columns must have as many rows, but 'a' has 2 and 'b' has 1."),
    "no columns": (pl.DataFrame(), "A table must have columns, but 'DataFrame' has none."),
    "pandas names": (
        pd.DataFrame(np.zeros((2, 2)), columns=["a", "a"]),
        "Column names must differ, but 'the pandas frame' has 2 columns named 'a'. Rename all but one.",
    ),
    "mixed list": (
        {"a": [1, 2, "x"]},
        "A column must hold one type, but column 'a' mixes numbers and text (first: 'x' in row 3). Make all of its values numbers, or all of them text.",
    ),
    "mixed pandas": (
        pd.DataFrame({"a": ["x", 2]}),
        "A column must hold one type, but column 'a' mixes text and numbers (first: 2 in row 2). Make all of its values numbers, or all of them text.",
    ),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_that_is_no_table_is_refused(name: str) -> None:
    table, message = OBJECTS[name]

    with pytest.raises(DataError) as refusal:
        read_table(table)

    assert str(refusal.value) == message


AB, NUMBERS = ["a", "b"] * 20, list(range(40))
DATASETS: dict[str, tuple[dict[str, Any], dict[str, Any], type[LuthierError], str]] = {
    "target absent": ({"a": NUMBERS, "diagnosis": AB}, {"target": "diagnoses"}, ColumnMissing,
        "Column 'diagnoses' is the target, but the table does not have it. Did you mean 'diagnosis'?"),
    "target constant": ({"a": NUMBERS, "y": ["a"] * 40}, {}, TargetUnusable,
        "The target 'y' must have at least two different values, but all 40 rows hold 'a'. Choose another column."),
    "target missing": ({"a": NUMBERS, "y": [None] * 40}, {}, TargetUnusable,
        "The target 'y' must have values, but all 40 rows lack one. Choose another column."),
    "target infinite": ({"a": NUMBERS, "y": [0.5, float("inf")] + [0.25] * 38}, {}, TargetUnusable,
        "The target 'y' must hold finite numbers, but 1 rows hold an infinite one (first: row 2). Correct or remove them."),
    "target mixed": ({"a": [*NUMBERS, 1], "y": [*(str(n / 2) for n in NUMBERS), "oops"]}, {}, TargetUnusable,
        "The target 'y' must hold classes or numbers, but it mixes 40 numbers with 1 other text (first: 'oops' in row 41). Correct it."),
    "target unique": ({"a": NUMBERS, "y": [f"n{n}" for n in NUMBERS]}, {}, TargetUnusable,
        "The target 'y' must have at most 1,000 classes that repeat, but its 40 rows hold 40 different values. "
        "Choose another column, or give --task regression if it holds numbers."),
    "target dates": ({"a": NUMBERS, "y": pl.Series(NUMBERS).cast(pl.Date)}, {}, TargetUnusable,
        "The target 'y' must hold classes or numbers, but it holds values of type Date. Convert it, or choose another column."),
    "regression on text": ({"a": NUMBERS, "y": AB}, {"task": "regression"}, TargetUnusable,
        "A regression predicts numbers, but the target 'y' holds text (first: 'a'). Correct it, or give --task classification."),
    "unknown task": ({"a": NUMBERS, "y": AB}, {"task": "forecast"}, SettingInvalid,
        "--task must be one of auto, classification, regression, binary, multiclass, but 'forecast' came."),
    "contradicting task": ({"a": NUMBERS, "y": AB}, {"task": "multiclass"}, SettingInvalid,
        "--task multiclass contradicts the target 'y', which has 2 different values. Give --task classification."),
    "few rows": ({"a": [1, 2, 3], "y": ["a", "b", "a"]}, {}, TooFewRows, "A fit needs at least 10 rows, but the table has 3. Add rows."),
    "few rows with a target": ({"a": NUMBERS, "y": ["a", "b"] * 4 + [None] * 32}, {}, TooFewRows,
        "A fit needs at least 10 rows with a target, but the table has 8. Add rows."),
    "all constant": ({"a": [1] * 40, "b": ["x"] * 40, "y": AB}, {}, DataError,
        "A network needs at least one column that varies, but every column except the target is constant, an identifier or the group. "
        "Add columns, or state a kind with --kind."),
    "column mixed": ({"a": [*(str(n) for n in NUMBERS[:-1]), "old"], "y": AB}, {}, ColumnUnusable,
        "Column 'a' must hold numbers or text, but it mixes 39 numbers with 1 other text (first: 'old' in row 40). "
        "Correct it, or state what it is: --kind a=category."),
    "column of lists": ({"a": [[1]] * 40, "y": AB}, {}, ColumnUnusable,
        "A column must hold numbers, text, dates or truth values, but column 'a' holds values of type List(Int64). "
        "Convert it, or leave it out: --kind a=identifier."),
    "kind of no column": ({"age": NUMBERS, "y": AB}, {"kinds": {"agee": "numeric"}}, ColumnMissing,
        "Column 'agee' is named in --kind, but the table does not have it. Did you mean 'age'?"),
    "kind unknown": ({"a": NUMBERS, "y": AB}, {"kinds": {"a": "categorical"}}, SettingInvalid,
        "--kind a=... must name a kind of column, but 'categorical' came. Did you mean 'category'?"),
    "kind of the target": ({"a": NUMBERS, "y": AB}, {"kinds": {"y": "category"}}, SettingInvalid,
        "--kind states what an input means, but 'y' is the target. State the task instead: --task classification or --task regression."),
    "kind that does not fit": ({"a": [n / 2 for n in NUMBERS], "y": AB}, {"kinds": {"a": "boolean"}}, ColumnUnusable,
        "Column 'a' must hold true and false, or 1 and 0, but row 2 holds 0.5. Correct it, or fit again with --kind a=numeric."),
    "time unordered": ({"a": NUMBERS, "t": ["x", "y", "z", "w"] * 10, "y": AB}, {"time": "t"}, ColumnUnusable,
        "The time column 't' must hold dates or numbers, but it holds 4 different texts. Choose another column for --time."),
    "time with gaps": ({"a": NUMBERS, "t": [None, *NUMBERS[1:]], "y": AB}, {"time": "t"}, ColumnUnusable,
        "The time column 't' must have a value in every row, but 1 rows lack one. Fill them in or remove these rows."),
    "time is the target": ({"a": NUMBERS, "y": AB}, {"time": "y"}, SettingInvalid, "--target, --time and --group must name three different columns."),
}  # fmt: skip


@pytest.mark.parametrize("name", DATASETS)
def test_a_table_that_no_network_can_learn_from_is_refused(name: str) -> None:
    table, options, error, message = DATASETS[name]

    with pytest.raises(error) as refusal:
        build_dataset(table, **{"target": "y", **options})

    assert str(refusal.value) == message


def test_rows_are_named_as_in_the_whole_table_where_some_lack_a_target() -> None:
    table = {"a": [*(str(n) for n in range(40)), "old"], "y": [None, *AB]}

    with pytest.raises(ColumnUnusable, match=r"first: 'old' in row 41"):
        build_dataset(table, target="y")


def test_ten_thousand_columns_are_read_and_typed() -> None:
    rng = np.random.default_rng(0)
    table = pl.DataFrame(rng.normal(size=(30, 10_000))).with_columns(y=pl.Series([0, 1] * 15))

    dataset = build_dataset(table, target="y")

    assert len(dataset.schema.inputs) == 10_000
