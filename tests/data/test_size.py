"""The size of a table is told without reading it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from luthier.data.size import estimated_cells
from tests.data.large_tables import made_up


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [("t.parquet", 0.0), ("t.csv", 0.02), ("t.tsv", 0.02), ("t.csv.gz", 0.7), ("t.jsonl", 0.02), ("t.arrow", 0.7)],
)
def test_the_cells_of_a_file_are_about_right(tmp_path: Path, name: str, tolerance: float) -> None:
    table, path = made_up(), tmp_path / name
    writers = {
        "t.parquet": table.write_parquet,
        "t.csv": table.write_csv,
        "t.tsv": lambda file: table.write_csv(file, separator="\t"),
        "t.csv.gz": lambda file: table.write_csv(file, compression="gzip"),
        "t.jsonl": table.write_ndjson,
        "t.arrow": table.write_ipc,
    }
    writers[name](path)

    assert estimated_cells(path) == pytest.approx(table.height * table.width, rel=tolerance)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x1f\x8b broken"], ids=["empty", "blank", "no gzip"])
def test_what_cannot_be_read_has_no_cells(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.csv.gz").write_bytes(content)

    assert estimated_cells(tmp_path / "t.csv.gz") == 0
    assert estimated_cells(tmp_path) == 0 == estimated_cells(tmp_path / "missing.parquet")


def test_an_empty_parquet_file_has_no_cells(tmp_path: Path) -> None:
    pl.DataFrame({"a": []}).write_parquet(tmp_path / "t.parquet")

    assert estimated_cells(tmp_path / "t.parquet") == 0
