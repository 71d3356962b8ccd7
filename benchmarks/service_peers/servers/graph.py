"""The graph that every server answers, and how a row of JSON becomes its inputs. Knows nothing of Luthier: the servers live in environments of their own.

The folder holds graph.onnx and facts.json, which tells the kind of each input: text, number or date.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime


class Graph:
    """One session with one thread, as Luthier's own."""

    def __init__(self, folder: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / "graph.onnx"), options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]
        self._inputs = [(name, _CELLS[kind], object if kind == "text" else np.float64) for name, kind in facts(folder)["inputs"].items()]

    def answer(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """All outputs for some rows, by name, as plain lists."""
        feed = {name: np.array([cell(row[name]) for row in rows], dtype=dtype) for name, cell, dtype in self._inputs}
        return {name: values.tolist() for name, values in zip(self._outputs, self._session.run(self._outputs, feed), strict=True)}


def facts(folder: Path) -> dict[str, Any]:
    """What the folder tells."""
    return json.loads((folder / "facts.json").read_text())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _date(value: Any) -> float:
    return float("nan") if value is None else datetime.fromisoformat(value).replace(tzinfo=timezone.utc).timestamp()  # noqa: UP017 - also runs on Python 3.10


_CELLS = {"text": _text, "number": _number, "date": _date}
