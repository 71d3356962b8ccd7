"""A fit reads a small table whole and a large one as a sample, and says which."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from luthier.core.listener import Listener
from luthier.data.large import Limits
from luthier.workflows.reading import open_table
from luthier.workflows.settings import FitSettings
from tests.data.large_tables import made_up, written

SETTINGS, FEW = FitSettings(target="sold"), Limits(cells=8_000, sample_rows=500)


class Hearer:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def progress(self, done: float, text: str, seconds_left: float) -> None:
        raise AssertionError("reading has no progress")


def said_of(data: Path | pl.DataFrame, folder: Path) -> tuple[list[str], bool, int]:
    """What is said, whether the table is large, and the rows in memory."""
    hearer: Listener = Hearer()
    with open_table(data, SETTINGS, hearer, work=folder, limits=FEW) as table:
        return hearer.said, table.large is not None, table.dataset.rows  # type: ignore[attr-defined]


def test_a_large_table_is_read_as_a_sample(tmp_path: Path) -> None:
    said, large, rows = said_of(written(made_up(), tmp_path), tmp_path / "new" / "folder")

    assert said[0] == "table.parquet: 3,000 rows, 500 of them in memory as a sample; columns: 3 numeric, 2 category, 1 boolean, 1 datetime."
    assert (large, rows) == (True, 500)
    assert not (tmp_path / "new").exists()


def test_a_small_table_and_one_in_memory_are_read_whole(tmp_path: Path) -> None:
    small = written(made_up(900), tmp_path)

    assert said_of(small, tmp_path)[0][0] == "table.parquet: 900 rows; columns: 3 numeric, 2 category, 1 boolean, 1 datetime."
    assert said_of(small, tmp_path)[1:] == (False, 900)
    assert said_of(made_up(), tmp_path)[1:] == (False, 3_000)
