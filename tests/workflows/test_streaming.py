"""Final networks get streams of the whole table."""

from __future__ import annotations

from pathlib import Path

from luthier.workflows.streaming import with_streams
from tests.data.large_tables import made_up, opened, written
from tests.fit.test_streamed import tensors


def test_the_data_gets_one_stream_for_all_folds(tmp_path: Path) -> None:
    with opened(written(made_up(), tmp_path)) as large:
        data, event = with_streams(tensors(large), large.encodings, large.table, large.split, seed=0)

    assert len(data.streams) == 3
    assert data.rows_learned(2) == 2_600
    assert event.what == "The final networks learned from 2,600 rows, streamed from the file."


def test_folds_in_time_get_streams_of_their_own(tmp_path: Path) -> None:
    with opened(written(made_up(), tmp_path), time="day") as large:
        data, event = with_streams(tensors(large), large.encodings, large.table, large.split, seed=0)

    fewest, _, most = (data.rows_learned(fold) for fold in range(3))
    assert event.what == f"The final networks learned from {fewest:,} to {most:,} rows, streamed from the file."
