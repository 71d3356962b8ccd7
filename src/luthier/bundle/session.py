"""Running a model.onnx: raw columns in, answers out, in blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import onnxruntime

ROWS_A_RUN = 4096
"Rows in one call: large enough to keep the processor busy, small enough for its caches."


class Session:
    """A loaded graph. Threads may share it."""

    def __init__(self, model: bytes) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.outputs = tuple(output.name for output in self._session.get_outputs())

    def run(self, inputs: Mapping[str, np.ndarray], output: int) -> np.ndarray:
        """One of the outputs for all rows, in their order."""
        return np.concatenate([values[0] for values in self._blocks(inputs, [output])])

    def run_all(self, inputs: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """All outputs for all rows, in their order."""
        blocks = list(self._blocks(inputs, list(range(len(self.outputs)))))
        return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))

    def _blocks(self, inputs: Mapping[str, np.ndarray], outputs: list[int]) -> Iterator[list[np.ndarray]]:
        rows, names = len(next(iter(inputs.values()))), [self.outputs[place] for place in outputs]
        if rows == 0:  # not every operator takes nothing: answer one empty row and give none of it back
            yield [values[:0] for values in self._session.run(names, {name: _one_missing(values) for name, values in inputs.items()})]
            return
        if rows <= ROWS_A_RUN:
            yield self._session.run(names, dict(inputs))
            return
        for start in range(0, rows, ROWS_A_RUN):
            yield self._session.run(names, {name: values[start : start + ROWS_A_RUN] for name, values in inputs.items()})


def _one_missing(values: np.ndarray) -> np.ndarray:
    return np.array([""], dtype=object) if values.dtype == object else np.array([np.nan])
