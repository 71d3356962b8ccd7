"""The laws of a stream: which rows, how often, in which order, in how much memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from luthier.core.errors import TooFewRows
from luthier.data import typed_frame
from luthier.data.held_out import HeldOut
from luthier.data.stream import RowStream, open_streams
from tests.data.large_tables import ROWS, Opened, made_up, opened, written

TINY, SMALL, WHOLE = 30_000, 60_000, 1 << 30
"Bytes for two windows: parts of blocks, some blocks, everything."


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened(written(made_up(), tmp_path_factory.mktemp("stream"))) as whole:
        yield whole


def rows_of(stream: RowStream, epoch: int) -> list[int]:
    """The rows of an epoch in the order in which they are learned from."""
    windows = map(stream.read, stream.windows(epoch))
    return [row for window in windows for row in window.rows[window.order].tolist()]


def judged(large: Opened, *folds: int) -> np.ndarray:
    """Rows of the whole table that are sealed, or that judge one of the folds."""
    return large.table.sample_rows[np.concatenate([large.split.test, *(large.split.folds[fold].validation for fold in folds)])]


@pytest.mark.parametrize("window_bytes", [TINY, SMALL, WHOLE])
@pytest.mark.parametrize("epoch", [0, 1, 7])
def test_every_training_row_is_in_an_epoch_once_and_no_judged_row_ever(large: Opened, window_bytes: int, epoch: int) -> None:
    rows = rows_of(large.stream((0, 1), window_bytes=window_bytes), epoch)

    assert sorted(rows) == np.setdiff1d(np.arange(ROWS), judged(large, 0, 1)).tolist()


def test_the_order_hangs_on_the_seed_and_the_epoch_alone(large: Opened) -> None:
    stream, again = large.stream(window_bytes=SMALL), large.stream(window_bytes=SMALL)
    again.read(again.windows(5)[-1])

    assert rows_of(stream, 3) == rows_of(again, 3)
    assert rows_of(stream, 3) != rows_of(stream, 4)
    assert rows_of(stream, 3) != rows_of(large.stream(seed=1, window_bytes=SMALL), 3)


def test_an_epoch_is_mixed_from_all_over_the_table_in_every_window(large: Opened) -> None:
    stream = large.stream(window_bytes=SMALL)

    windows = [stream.read(plan) for plan in stream.windows(0)[:-1]]

    assert len(windows) > 3
    assert all(np.ptp(window.rows) > ROWS / 3 for window in windows)


@pytest.mark.parametrize("window_bytes", [TINY, SMALL])
@pytest.mark.parametrize("folds", [(0,), (0, 1, 2)])
def test_a_window_takes_no_more_than_half_the_memory_given(large: Opened, window_bytes: int, folds: tuple[int, ...]) -> None:
    stream = large.stream(folds, window_bytes=window_bytes)

    assert all(stream.read(plan).bytes <= window_bytes / 2 for plan in stream.windows(0))


def test_rows_are_encoded_as_each_fold_encodes_them(large: Opened) -> None:
    stream = large.stream((0, 1, 2), window_bytes=SMALL)
    window = stream.read(stream.windows(0)[0])

    typed = typed_frame(pl.read_parquet(large.path)[window.rows], large.table.sample.schema)

    for fold in stream.folds:
        encoded = large.encodings[fold].encode(typed)
        np.testing.assert_array_equal(window.numbers[fold], encoded.numbers)
        np.testing.assert_array_equal(window.codes[fold], encoded.codes)
    assert [large.table.sample.task.classes[number] for number in window.target] == pl.read_parquet(large.path)["sold"][window.rows].to_list()


def test_a_stream_reads_the_same_in_another_process(large: Opened) -> None:
    stream = large.stream(window_bytes=SMALL)

    assert rows_of(pickle.loads(pickle.dumps(stream)), 1) == rows_of(stream, 1)


def test_the_file_is_not_changed(large: Opened) -> None:
    before = large.path.read_bytes()

    rows_of(large.stream(), 0)

    assert large.path.read_bytes() == before


def all_rows(large: Opened) -> HeldOut:
    """Every row is judged on."""
    return HeldOut(rows=np.arange(large.table.blocks.file.rows), equal=np.zeros(0, dtype=np.uint64))


def test_a_stream_of_nothing_is_refused(tmp_path: Path) -> None:
    with opened(written(made_up(600), tmp_path)) as alike, pytest.raises(TooFewRows) as refused:
        open_streams(alike.table.blocks, [all_rows(alike)], alike.encodings[:1], seed=0, window_bytes=SMALL)

    assert str(refused.value) == "A stream needs rows to learn from, but every row of 'table.parquet' is sealed, judged on, or equal to one that is."


def test_folds_share_a_stream_where_it_leaves_them_most_of_their_rows(large: Opened, tmp_path: Path) -> None:
    with opened(written(made_up(), tmp_path), time="day") as in_time:
        own = in_time.streams(window_bytes=SMALL)

    assert len(set(large.streams())) == 1
    assert [stream.folds for stream in own] == [(0,), (1,), (2,)]
    assert own[0].rows < own[1].rows < own[2].rows
    assert sum(stream.read(stream.windows(0)[0]).bytes for stream in own) <= SMALL / 2
