"""Running a model.onnx: raw columns or images in, answers out, in blocks of rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

import numpy as np
import onnxruntime

BLOCK_ROWS = 256
"Rows in one call: what the networks make of them stays in the processor's cache (4,096 rows took 1.3 to 2 times as long)."

Feed: TypeAlias = Mapping[str, np.ndarray]
"The graph's inputs by name, rows first."


class Session:
    """A loaded graph. Threads may share it.

    Blocks of rows go through the graph side by side, each on one thread: faster than many threads within one call, whose
    small operators wait for each other, and one row never has to wake a thread.
    """

    def __init__(self, model: bytes, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._threads = threads or len(os.sched_getaffinity(0))
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, inputs: Feed, output: int, *, block_rows: int = BLOCK_ROWS) -> np.ndarray:
        """One of the outputs for all rows, in their order."""
        return self._run(inputs, [self.outputs[output]], block_rows)[0]

    def run_all(self, inputs: Feed, *, block_rows: int = BLOCK_ROWS) -> tuple[np.ndarray, ...]:
        """All outputs for all rows, in their order."""
        return self._run(inputs, self.outputs, block_rows)

    def run_blocks(self, blocks: Sequence[Callable[[], Feed]]) -> tuple[np.ndarray, ...]:
        """All outputs for blocks of rows that are made when their turn comes, by the thread that answers them."""
        return self._run_blocks(blocks, self.outputs)

    def _run(self, inputs: Feed, names: Sequence[str], block_rows: int) -> tuple[np.ndarray, ...]:
        rows = len(next(iter(inputs.values())))
        if rows == 0:  # not every operator takes nothing: answer one row without values and give none of it back
            return tuple(values[:0] for values in self._session.run(names, {name: _one_missing(values) for name, values in inputs.items()}))
        if rows <= block_rows:
            return tuple(self._session.run(names, dict(inputs)))
        return self._run_blocks([partial(_part, inputs, start, start + block_rows) for start in range(0, rows, block_rows)], names)

    def _run_blocks(self, blocks: Sequence[Callable[[], Feed]], names: Sequence[str]) -> tuple[np.ndarray, ...]:
        def answer(block: Callable[[], Feed]) -> list[np.ndarray]:
            answers: list[np.ndarray] = self._session.run(names, dict(block()))
            return answers

        if len(blocks) == 1:
            return tuple(answer(blocks[0]))
        with ThreadPoolExecutor(self._threads) as pool:
            parts = list(pool.map(answer, blocks))
        return tuple(np.concatenate(values) for values in zip(*parts, strict=True))


def _part(inputs: Feed, start: int, stop: int) -> Feed:
    return {name: np.ascontiguousarray(values[start:stop]) for name, values in inputs.items()}


def _one_missing(values: np.ndarray) -> np.ndarray:
    missing = "" if values.dtype == object else 0 if values.dtype == np.uint8 else np.nan
    return np.full((1, *values.shape[1:]), missing, dtype=values.dtype)
