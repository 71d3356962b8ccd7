"""Streaming the rows of a large table to networks: an epoch is a walk through its blocks in random order, a window of them in memory at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Int64

from luthier.core.errors import TooFewRows
from luthier.core.seeds import numpy_rng
from luthier.data.encoding import Encoding
from luthier.data.held_out import HeldOut, row_hashes
from luthier.data.typed_blocks import TypedBlocks

SLICES = 8
"A window is mixed from so many slices of the table or more, each from another place."
SHARED = 0.8
"Folds share a stream where it has at least this share of the rows that the fold with the most has alone."


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Training rows `start` to `stop` of a block, counted among its training rows."""

    block: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """How many they are."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPlan:
    """What one window of an epoch holds."""

    epoch: int
    number: int
    "Its place in the epoch."
    first: int
    "Rows of the epoch that come before it."
    slices: tuple[Slice, ...]

    @property
    def rows(self) -> int:
        """Rows in the window."""
        return sum(part.rows for part in self.slices)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Encoded training rows, in the order in which they are learned from."""

    plan: WindowPlan
    rows: Int64[np.ndarray, " rows"]
    "Their numbers in the whole table, as they lie in the arrays."
    numbers: Float32[np.ndarray, "folds rows numbers"]
    "Encoded with each of the stream's encodings."
    codes: Int32[np.ndarray, "folds rows codes"]
    target: np.ndarray
    "Class numbers, or numbers in the target's own unit."
    order: Int64[np.ndarray, " rows"]
    "Places in the arrays, shuffled: the order in which they are learned from."

    @property
    def bytes(self) -> int:
        """Memory that it takes."""
        return sum(array.nbytes for array in (self.rows, self.numbers, self.codes, self.target, self.order))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowStream:
    """The training rows of a large table, a window at a time.

    Laws: a row that is held out is in no window; every other row with a target is in exactly one window of every epoch;
    windows and orders hang on the seed and the epoch alone, not on what was read before; a window takes no more than half of
    `window_bytes`, so that the next can be read while one is learned from. It holds no open file: it can be sent to another process.
    """

    blocks: TypedBlocks
    folds: tuple[int, ...]
    "Folds whose networks learn from these rows, in the order of the encodings."
    encodings: tuple[Encoding, ...]
    "One a fold."
    trains: tuple[np.ndarray, ...]
    "Which rows of each block are training rows, 8 to a byte."
    slices: tuple[Slice, ...]
    "All training rows, in the order of the table."
    window_rows: int
    "Most rows of a window."
    seed: int

    @property
    def rows(self) -> int:
        """Training rows: one epoch."""
        return sum(part.rows for part in self.slices)

    def windows(self, epoch: int) -> tuple[WindowPlan, ...]:
        """The windows of an epoch."""
        order = numpy_rng(self.seed, "slices", epoch).permutation(len(self.slices))
        windows: list[WindowPlan] = []
        waiting: list[Slice] = []
        room = self.window_rows
        for part in (self.slices[place] for place in order):
            if waiting and part.rows > room:
                windows.append(_plan_after(windows, epoch, waiting))
                waiting, room = [], self.window_rows
            waiting.append(part)
            room -= part.rows
        return (*windows, _plan_after(windows, epoch, waiting))

    def read(self, plan: WindowPlan) -> Window:
        """Read and encode the rows of a window, one block after the other."""
        layout, filled = self.encodings[0].layout, 0
        window = Window(
            plan=plan,
            rows=np.empty(plan.rows, dtype=np.int64),
            numbers=np.empty((len(self.folds), plan.rows, len(layout.numbers)), dtype=np.float32),
            codes=np.empty((len(self.folds), plan.rows, len(layout.codes)), dtype=np.int32),
            target=np.empty(plan.rows, dtype=np.int64 if self.blocks.task.kind.is_classification else np.float64),
            order=numpy_rng(self.seed, "rows", plan.epoch, plan.number).permutation(plan.rows),
        )
        for part in plan.slices:
            self._fill(window, part, slice(filled, filled + part.rows))
            filled += part.rows
        return window

    def _fill(self, window: Window, part: Slice, place: slice) -> None:
        block = self.blocks.read(part.block)
        trains = np.unpackbits(self.trains[part.block], count=len(block.target)).view(bool)
        chosen = np.flatnonzero(trains)[part.start : part.stop]
        inputs = block.inputs[chosen]
        window.rows[place], window.target[place] = block.rows[chosen], block.target[chosen]
        for fold, encoding in enumerate(self.encodings):
            encoded = encoding.encode(inputs)
            window.numbers[fold, place], window.codes[fold, place] = encoded.numbers, encoded.codes


def open_streams(blocks: TypedBlocks, held_out: Sequence[HeldOut], encodings: Sequence[Encoding], *, seed: int, window_bytes: int) -> tuple[RowStream, ...]:
    """Look once at every row of a large table, and plan the stream of every fold: the same one for all, where that leaves them enough.

    Args:
        held_out: what the networks of each fold may not learn from.
        encodings: one a fold, fitted on the sample.
        window_bytes: memory for all windows of all streams: those in use, and those that are being read.

    Raises:
        TooFewRows: a fold has no row to learn from.
    """
    masks = training_masks(blocks, held_out)
    together = [np.bitwise_and.reduce(parts) for parts in zip(*masks, strict=True)]
    most = max(_count(mask) for mask in masks)
    if _count(together) >= SHARED * most > 0:
        shared = _stream(blocks, range(len(masks)), together, encodings, seed, window_bytes)
        return (shared,) * len(masks)
    return tuple(_stream(blocks, [fold], mask, [encodings[fold]], seed, window_bytes // len(masks)) for fold, mask in enumerate(masks))


def training_masks(blocks: TypedBlocks, held_out: Sequence[HeldOut]) -> list[list[np.ndarray]]:
    """For each fold and block which rows may be learned from, 8 to a byte."""
    masks: list[list[np.ndarray]] = [[] for _ in held_out]
    for block in blocks:
        hashes = row_hashes(block.inputs, block.target)
        for mask, held in zip(masks, held_out, strict=True):
            mask.append(np.packbits(held.allows(block, hashes)))
    return masks


def _stream(blocks: TypedBlocks, folds: Sequence[int], trains: Sequence[np.ndarray], encodings: Sequence[Encoding], seed: int, window_bytes: int) -> RowStream:
    counts = [_count([mask]) for mask in trains]
    if not sum(counts):
        raise TooFewRows(f"A stream needs rows to learn from, but every row of {blocks.name!r} is sealed, judged on, or equal to one that is.")
    layout = encodings[0].layout
    bytes_per_row = len(folds) * 4 * (len(layout.numbers) + len(layout.codes)) + 3 * 8
    window_rows = max(window_bytes // 2 // bytes_per_row, 1)
    longest = max(window_rows // SLICES, 1)
    return RowStream(
        blocks=blocks,
        folds=tuple(folds),
        encodings=tuple(encodings),
        trains=tuple(trains),
        slices=tuple(
            Slice(block=block, start=start, stop=min(start + longest, count)) for block, count in enumerate(counts) for start in range(0, count, longest)
        ),
        window_rows=window_rows,
        seed=seed,
    )


def _count(masks: Sequence[np.ndarray]) -> int:
    return sum(int(np.unpackbits(mask).sum()) for mask in masks)


def _plan_after(windows: Sequence[WindowPlan], epoch: int, slices: Sequence[Slice]) -> WindowPlan:
    first = windows[-1].first + windows[-1].rows if windows else 0
    return WindowPlan(epoch=epoch, number=len(windows), first=first, slices=tuple(slices))
