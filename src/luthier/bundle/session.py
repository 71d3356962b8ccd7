"""Running a model.onnx: raw columns in, answers out, in blocks of rows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime

BLOCK_ROWS = 256
"Rows in one call: what the networks make of them stays in the processor's cache (4,096 rows took 1.3 to 2 times as long)."


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

    def run(self, inputs: Mapping[str, np.ndarray], output: int) -> np.ndarray:
        """One of the outputs for all rows, in their order."""
        return self._run(inputs, [self.outputs[output]])[0]

    def run_all(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """All outputs for all rows, in their order."""
        return self._run(inputs, self.outputs)

    def _run(self, inputs: Mapping[str, np.ndarray], names: Sequence[str]) -> tuple[np.ndarray, ...]:
        rows = len(next(iter(inputs.values())))
        if rows == 0:  # not every operator takes nothing: answer one row without values and give none of it back
            return tuple(values[:0] for values in self._session.run(names, {name: _one_missing(values) for name, values in inputs.items()}))
        if rows <= BLOCK_ROWS:
            return tuple(self._session.run(names, dict(inputs)))

        def answer(start: int) -> list[np.ndarray]:
            answers: list[np.ndarray] = self._session.run(names, {name: values[start : start + BLOCK_ROWS] for name, values in inputs.items()})
            return answers

        with ThreadPoolExecutor(self._threads) as pool:
            blocks = list(pool.map(answer, range(0, rows, BLOCK_ROWS)))
        return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))


def _one_missing(values: np.ndarray) -> np.ndarray:
    return np.array([""], dtype=object) if values.dtype == object else np.array([np.nan])
