"""Final networks learn from the whole of a large table: its training rows, streamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from luthier.core.findings import Event
from luthier.data import Encoding, Split
from luthier.data.held_out import hold_out
from luthier.data.large import LargeTable
from luthier.data.stream import open_streams
from luthier.fit import FoldTensors


def with_streams(data: FoldTensors, encodings: Sequence[Encoding], table: LargeTable, split: Split, *, seed: int) -> tuple[FoldTensors, Event]:
    """The same data, but networks learn from streams of the whole table; they start and are judged as before, on the sample.

    Reads the table once.

    Args:
        data: the sample, encoded for the first folds.
        encodings: one for each of these folds.
    """
    held_out = [hold_out(table.sample, table.sample_rows, split, fold) for fold in split.folds[: len(encodings)]]
    streams = open_streams(table.blocks, held_out, encodings, seed=seed, window_bytes=table.limits.window_bytes)
    fewest, most = min(stream.rows for stream in streams), max(stream.rows for stream in streams)
    rows = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return replace(data, streams=streams), Event(name="streamed-training", what=f"The final networks learned from {rows} rows, streamed from the file.")
