"""Large tables: a sample that is an ordinary dataset, one look at every row, and nothing left behind."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from luthier.core.errors import ColumnMissing, ColumnUnusable, OutputUnwritable, TargetUnusable
from luthier.core.task import Schema
from luthier.data import build_dataset, typed_frame
from luthier.data.blocks import BlockFile
from luthier.data.large import Limits, Question, is_large, open_large
from tests.data.large_tables import ROWS, SAMPLE, made_up, opened, written

SOME = Limits(sample_rows=SAMPLE)


def with_cell(column: str, row: int, value: object) -> pl.DataFrame:
    """The made-up table with one other cell, which no sample of it holds."""
    table = made_up()
    cells = table[column].to_list()
    cells[row] = value
    return table.with_columns(pl.Series(column, cells, strict=False))


def meanings(schema: Schema) -> list[tuple[str, ...]]:
    """What each column means, without the reasons, which count rows."""
    return [(column.name, column.kind, column.dtype, column.date_format) for column in schema.columns]


def row_outside_the_sample(folder: Path) -> int:
    """A row that the sample of a table of this size leaves out."""
    with open_large(written(made_up(), folder, "probe.parquet"), Question(target="sold"), limits=SOME) as table:
        return int(np.setdiff1d(np.arange(1_000, ROWS), table.sample_rows)[0])


def test_a_file_of_more_cells_than_the_limit_is_large_and_what_is_in_memory_is_not(tmp_path: Path) -> None:
    table = made_up()
    path = written(table, tmp_path)

    assert is_large(path, Limits(cells=ROWS * 8 - 1))
    assert not is_large(path, Limits(cells=ROWS * 8))
    assert not is_large(table, Limits(cells=1))
    assert not is_large(tmp_path / "missing.csv", Limits(cells=1))


def test_limits_shrink_with_the_free_memory_and_the_sample_with_the_width_of_the_table() -> None:
    wide = BlockFile(path=Path("wide.parquet"), columns=tuple(map(str, range(1_000))), block_rows=(50_000,) * 40)

    assert Limits.within(64 << 30) == Limits()
    assert Limits.within(1 << 30) == Limits(cells=8 << 20, window_bytes=64 << 20)
    assert Limits.within(1 << 30).rows_of_sample(wide) == 8_388
    assert Limits().rows_of_sample(wide) == 60_000


def test_the_sample_holds_rows_of_the_table_as_a_small_table_would(tmp_path: Path) -> None:
    table = made_up()

    with opened(written(table, tmp_path)) as large:
        sample = large.table.sample
        alone = build_dataset(table[large.table.sample_rows], target="sold")

    assert (sample.name, sample.rows) == ("table.parquet", SAMPLE)
    assert (sample.schema, sample.task) == (alone.schema, alone.task)
    assert_frame_equal(sample.frame, alone.frame)
    assert sample.target.tolist() == alone.target.tolist()
    assert [event.what for event in sample.events] == [
        f"'table.parquet' has 3,000 rows and 8 columns: checks, search and judging use a random sample of {SAMPLE} rows."
    ]


def test_the_seed_chooses_the_sample(tmp_path: Path) -> None:
    path = written(made_up(), tmp_path)

    chosen = []
    for seed in (0, 0, 1):
        with open_large(path, Question(target="sold"), seed=seed, limits=SOME) as table:
            chosen.append(table.sample_rows.tolist())

    assert chosen[0] == chosen[1] != chosen[2]


@pytest.mark.parametrize("name", ["table.csv", "table.tsv", "table.csv.gz", "commas.csv", "table.jsonl", "table.arrow", "table.feather", "coarse.parquet"])
def test_every_kind_of_file_is_read_in_blocks_as_it_is_read_whole(tmp_path: Path, name: str) -> None:
    path, table = tmp_path / name, made_up(1_200).with_columns(pl.col("day").dt.time().alias("hour"), pl.lit("07").alias("zip"))
    text = table.with_columns(pl.col("size", "price").cast(pl.String).str.replace(".", ",", literal=True))
    writers = {
        "table.csv": lambda: table.write_csv(path),
        "table.tsv": lambda: table.write_csv(path, separator="\t"),
        "table.csv.gz": lambda: table.write_csv(path, compression="gzip"),
        "commas.csv": lambda: text.write_csv(path, separator=";"),
        "table.jsonl": lambda: table.drop("hour").write_ndjson(path),
        "table.arrow": lambda: table.write_ipc(path),
        "table.feather": lambda: table.write_ipc_stream(path),
        "coarse.parquet": lambda: table.write_parquet(path),
    }
    writers[name]()
    whole = build_dataset(path, target="price")

    with open_large(path, Question(target="price"), limits=Limits(sample_rows=500), work=tmp_path) as large:
        sample, blocks = large.sample, list(large.blocks)

    typed = pl.concat([block.inputs for block in blocks])
    assert meanings(sample.schema) == meanings(whole.schema)
    assert_frame_equal(sample.frame, whole.frame[large.sample_rows])
    assert_frame_equal(typed, typed_frame(whole.frame, whole.schema))
    np.testing.assert_array_equal(np.concatenate([block.target for block in blocks]), whole.target)


def test_rows_without_a_target_are_counted_over_the_whole_table_and_never_used(tmp_path: Path) -> None:
    table = made_up().with_columns(pl.when(pl.int_range(pl.len()) % 3 > 0).then(pl.col("sold")).alias("sold"))

    with opened(written(table, tmp_path)) as large:
        stream = large.stream()
        learned = np.concatenate([stream.read(plan).rows for plan in stream.windows(0)])

    assert "1,000 of 3,000 rows have no value in the target 'sold' and were set aside." in [event.what for event in large.table.sample.events]
    assert table["sold"][large.table.sample_rows].null_count() == 0 == table["sold"][learned].null_count()


def test_rows_of_a_class_that_the_sample_does_not_have_are_named_and_never_used(tmp_path: Path) -> None:
    row = row_outside_the_sample(tmp_path)

    with opened(written(with_cell("sold", row, "perhaps"), tmp_path)) as large:
        stream = large.stream()
        learned = np.concatenate([stream.read(plan).rows for plan in stream.windows(0)])

    assert row not in learned
    assert large.table.sample.events[1].what == "1 of 3,000 rows hold a class of 'sold' that the sample does not have: no network learns it."


def test_a_cell_outside_the_sample_that_its_column_does_not_allow_is_refused(tmp_path: Path) -> None:
    row = row_outside_the_sample(tmp_path)
    path = tmp_path / "table.csv"
    with_cell("count", row, None).with_columns(pl.col("count").cast(pl.String).fill_null("many")).write_csv(path)

    with pytest.raises(ColumnUnusable) as refused, open_large(path, Question(target="sold"), limits=SOME, work=tmp_path):
        pass

    assert str(refused.value) == (
        f"Column 'count' must hold numbers, but it also holds other text (first: 'many' in row {row + 1}). "
        "Correct it, or leave the cell empty where the value is missing. Row 1 is here row 1 of 'table.csv'."
    )


def test_a_cell_in_the_sample_is_refused_as_one_of_the_sample(tmp_path: Path) -> None:
    table = made_up().with_columns(pl.when(pl.int_range(pl.len()) % 50 == 0).then(pl.lit("many")).otherwise(pl.col("count").cast(pl.String)).alias("count"))

    with (
        pytest.raises(ColumnUnusable, match=r"Rows are counted in a random sample of 400\.$"),
        open_large(written(table, tmp_path), Question(target="sold"), limits=SOME),
    ):
        pass


def test_a_target_outside_the_sample_that_is_no_finite_number_is_refused(tmp_path: Path) -> None:
    row = row_outside_the_sample(tmp_path)

    with pytest.raises(TargetUnusable) as refused, open_large(written(with_cell("price", row, float("inf")), tmp_path), Question(target="price"), limits=SOME):
        pass

    assert str(refused.value) == "The target 'price' must hold finite numbers, but 1 rows hold something else. Correct or remove them."


def test_a_row_outside_the_sample_without_a_time_is_refused(tmp_path: Path) -> None:
    row = row_outside_the_sample(tmp_path)

    with pytest.raises(ColumnUnusable) as refused, open_large(written(with_cell("day", row, None), tmp_path), Question(target="sold", time="day"), limits=SOME):
        pass

    assert str(refused.value) == "The time column 'day' must have a value in every row, but 1 rows lack one. Fill them in or remove these rows."


def test_a_missing_target_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing) as refused, open_large(written(made_up().select("size", "sold"), tmp_path), Question(target="sould")):
        pass

    assert str(refused.value) == "Column 'sould' is the target, but the table does not have it. Did you mean 'sold'?"


@pytest.mark.parametrize("target", ["sold", "missing"])
def test_the_working_folder_is_removed_and_the_input_is_as_it_was(tmp_path: Path, target: str) -> None:
    path = tmp_path / "table.csv"
    made_up().write_csv(path)
    before = path.read_bytes()

    with pytest.raises(ColumnMissing if target == "missing" else KeyboardInterrupt), open_large(path, Question(target=target), limits=SOME, work=tmp_path):
        raise KeyboardInterrupt

    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_bytes() == before


def test_a_table_in_time_keeps_its_times_comparable_whatever_they_are_written_as(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    made_up().with_columns(pl.col("day").dt.strftime("%d.%m.%Y %H:%M")).write_csv(path)

    with opened(path, time="day") as large:
        moments = pl.concat([block.keys for block in large.table.blocks])["day"]

    assert moments.dtype == pl.Datetime("us")
    assert moments.min() == datetime(2024, 1, 1)


def test_a_folder_that_cannot_be_written_is_said_to_be_one(tmp_path: Path) -> None:
    made_up().write_csv(tmp_path / "table.csv")

    with (
        pytest.raises(OutputUnwritable, match=r"could not be written: a part of the path is a file\. Nothing that stood there was changed\.$"),
        open_large(tmp_path / "table.csv", Question(target="sold"), limits=SOME, work=tmp_path / "table.csv"),
    ):
        pass
