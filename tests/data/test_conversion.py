"""Any file as blocks: what was in it is in them, and what is wrong with it is said as for a small table."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from luthier.core.errors import DataUnreadable
from luthier.data import read_table
from luthier.data.blocks import LARGEST_BLOCK_BYTES, BlockFile, write_blocks
from luthier.data.conversion import convert
from tests.data.large_tables import made_up, written


def test_a_parquet_file_of_small_row_groups_is_used_where_it_stands(tmp_path: Path) -> None:
    path = written(made_up(), tmp_path)

    converted = convert(path, tmp_path / "work")

    assert converted.file.path == path
    assert (sum(converted.file.block_rows), max(converted.file.block_rows)) == (3_000, 128)
    assert not (tmp_path / "work").exists()


def test_a_parquet_file_of_one_great_row_group_is_written_anew_in_blocks(tmp_path: Path) -> None:
    rows = LARGEST_BLOCK_BYTES // 16 + 1
    table = pl.DataFrame({"a": range(rows), "b": range(rows)}, schema={"a": pl.Int32, "b": pl.Int32})
    path = written(table, tmp_path, rows_of_group=rows)

    file = convert(path, tmp_path / "work").file

    assert file.path.parent == tmp_path / "work"
    assert file.is_fine
    assert len(file.block_rows) > 8
    assert_frame_equal(pl.concat([file.read(block) for block in range(len(file.block_rows))]), table)


def test_blocks_hold_the_rows_of_all_batches_in_their_order(tmp_path: Path) -> None:
    table = made_up(500).to_arrow()

    file = write_blocks(tmp_path / "copy.parquet", table.to_batches(max_chunksize=7), table.schema)

    assert_frame_equal(pl.read_parquet(file.path), pl.DataFrame(pl.from_arrow(table)))


def test_rows_are_read_by_number_from_whichever_block(tmp_path: Path) -> None:
    table = made_up()
    file = BlockFile.of(written(table, tmp_path))

    assert_frame_equal(file.read_rows(pl.Series([0, 127, 128, 1_500, 2_999]).to_numpy()), table[[0, 127, 128, 1_500, 2_999]])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ragged.csv", b"a,b\n" + b"1,2\n" * 40 + b"3,4,5\n"),
        ("torn.parquet", b"PAR1 and nothing else"),
        ("binary.csv", b"a,b\n\0\1"),
        ("twice.csv", b"a,a\n1,2\n"),
    ],
)
def test_a_broken_file_is_refused_as_a_small_one_is(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(DataUnreadable) as small:
        read_table(path)
    with pytest.raises(DataUnreadable) as large:
        convert(path, tmp_path / "work")

    assert str(large.value).split(":")[0] == str(small.value).split(":")[0]


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_bytes(b"a,b\n1,2\n" + "3,é\n".encode("latin1"))

    with pytest.raises(DataUnreadable) as refused:
        convert(tmp_path / "old.csv", tmp_path)

    assert str(refused.value) == ("'old.csv' must be encoded in UTF-8, but it holds other bytes. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8.")


def test_torn_json_lines_are_refused(tmp_path: Path) -> None:
    (tmp_path / "torn.jsonl").write_text('{"a": 1}\n{"a": 2')

    with pytest.raises(DataUnreadable, match=r"^'torn\.jsonl' cannot be read as JSON lines: .+\. Check that the file is whole and that its suffix is right\.$"):
        convert(tmp_path / "torn.jsonl", tmp_path)


def test_a_copy_is_compressed_and_leaves_no_other_file(tmp_path: Path) -> None:
    made_up().write_csv(tmp_path / "table.csv")

    file = convert(tmp_path / "table.csv", tmp_path).file

    assert sorted(found.name for found in tmp_path.iterdir()) == ["table.csv", "table.parquet"]
    assert pq.read_metadata(file.path).row_group(0).column(0).compression == "LZ4"
