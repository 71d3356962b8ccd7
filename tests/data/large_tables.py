"""Files that are read as if they were too large: a few thousand rows in small row groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from luthier.data import Encoding, Split, fit_encodings, fit_layout, split_rows, typed_frame
from luthier.data.held_out import hold_out
from luthier.data.large import LargeTable, Limits, Question, open_large
from luthier.data.stream import RowStream, open_streams

ROWS, SAMPLE = 3_000, 400


def made_up(rows: int = ROWS, *, seed: int = 0) -> pl.DataFrame:
    """A column of every kind, gaps, a target of classes (`sold`) and one of numbers (`price`)."""
    rng = np.random.default_rng(seed)
    size = rng.normal(size=rows).round(4)
    return pl.DataFrame(
        {
            "size": [None if gap else value for gap, value in zip(rng.random(rows) < 0.05, size.tolist(), strict=True)],
            "count": rng.integers(0, 500, rows),
            "color": rng.choice(["red", "green", "blue"], rows),
            "open": rng.random(rows) < 0.5,
            "day": [datetime(2024, 1, 1) + timedelta(hours=int(hour)) for hour in rng.permutation(rows)],
            "shop": rng.choice([f"s{number}" for number in range(150)], rows),
            "sold": np.where(size + rng.normal(size=rows) > 0, "yes", "no"),
            "price": (20 + 5 * size + rng.normal(size=rows)).round(3),
        }
    )


def written(table: pl.DataFrame, folder: Path, name: str = "table.parquet", *, rows_of_group: int = 128) -> Path:
    """The table as a Parquet file of many row groups."""
    path = folder / name
    table.write_parquet(path, row_group_size=rows_of_group)
    return path


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A large table, split and encoded."""

    table: LargeTable
    split: Split
    encodings: list[Encoding]
    path: Path

    def streams(self, folds: Sequence[int] = (0, 1, 2), *, seed: int = 0, window_bytes: int = 1 << 20) -> tuple[RowStream, ...]:
        """The streams of some folds."""
        held_out = [hold_out(self.table.sample, self.table.sample_rows, self.split, self.split.folds[fold]) for fold in folds]
        return open_streams(self.table.blocks, held_out, [self.encodings[fold] for fold in folds], seed=seed, window_bytes=window_bytes)

    def stream(self, folds: Sequence[int] = (0,), *, seed: int = 0, window_bytes: int = 1 << 20) -> RowStream:
        """The one stream of some folds."""
        (stream,) = set(self.streams(folds, seed=seed, window_bytes=window_bytes))
        return stream


@contextmanager
def opened(path: Path, *, sample: int = SAMPLE, target: str = "sold", time: str | None = None, group: str | None = None) -> Iterator[Opened]:
    """The table at `path`, with a small sample, split in three folds."""
    question = Question(target=target, time=time, group=group)
    with open_large(path, question, limits=Limits(sample_rows=sample), work=path.parent) as table:
        split = split_rows(table.sample, folds=3)
        frame = typed_frame(table.sample.frame, table.sample.schema)
        encodings = fit_encodings(frame, fit_layout(frame[split.train], table.sample.schema), split.folds)
        yield Opened(table=table, split=split, encodings=encodings, path=path)
