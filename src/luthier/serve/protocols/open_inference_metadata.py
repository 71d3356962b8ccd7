"""What the Open Inference Protocol tells of the server and of its model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from luthier.bundle.inputs import input_name
from luthier.bundle.manifest import Manifest
from luthier.bundle.resize import IMAGE
from luthier.core.task import ColumnKind
from luthier.serve.model_facts import example_row
from luthier.serve.protocols.open_inference_outputs import PREDICTION_SET, PROBABILITIES, output_datatype, output_names

EXTENSIONS = ("binary_tensor_data", "model_configuration", "model_repository", "statistics")
"What is offered beyond the core of the protocol; of the repository only its index."
_DATATYPES = {ColumnKind.NUMERIC: "FP64", ColumnKind.BOOLEAN: "BOOL"}
_CONFIG_TYPES = {"BYTES": "TYPE_STRING"}
_PLATFORM, _BACKEND = "onnxruntime_onnx", "onnxruntime"


def server_metadata() -> dict[str, Any]:
    """The reply to `GET v2`."""
    return {"name": "luthier", "version": version("luthier"), "extensions": list(EXTENSIONS)}


def model_metadata(name: str, number: int, manifest: Manifest) -> dict[str, Any]:
    """The reply to `GET v2/models/{name}`: the tensors in and out, -1 where a length is free.

    Boolean columns are told as BOOL; where one is missing, send FP64 with NaN, or BYTES with empty text.
    """
    return {
        "name": name,
        "versions": [str(number)],
        "platform": _PLATFORM,
        "inputs": [{"name": tensor, "datatype": datatype, "shape": shape} for tensor, datatype, shape in _inputs(manifest)],
        "outputs": [{"name": tensor, "datatype": datatype, "shape": shape} for tensor, datatype, shape in _outputs(manifest)],
    }


def model_config(name: str, manifest: Manifest) -> dict[str, Any]:
    """The reply to `GET v2/models/{name}/config`: the same, as Triton writes it. The rows are an axis of each tensor, so there is no `max_batch_size`."""
    return {
        "name": name,
        "platform": _PLATFORM,
        "backend": _BACKEND,
        "max_batch_size": 0,
        "input": _described(_inputs(manifest)),
        "output": _described(_outputs(manifest)),
    }


class Statistics:
    """What was asked by this protocol since the service began, in the form of Triton's statistics."""

    def __init__(self) -> None:
        self._answered = self._refused = self._rows = 0
        self._answered_ns = self._refused_ns = self._last_milliseconds = 0

    def count_answered(self, *, rows: int, nanoseconds: int) -> None:
        """One request was answered."""
        self._answered, self._rows, self._answered_ns = self._answered + 1, self._rows + rows, self._answered_ns + nanoseconds
        self._last_milliseconds = time.time_ns() // 1_000_000

    def count_refused(self, *, nanoseconds: int) -> None:
        """One request was refused."""
        self._refused, self._refused_ns = self._refused + 1, self._refused_ns + nanoseconds

    def to_json(self, name: str, number: int) -> dict[str, Any]:
        """The reply to `GET v2/models/{name}/stats`."""
        counts = {"success": {"count": self._answered, "ns": self._answered_ns}, "fail": {"count": self._refused, "ns": self._refused_ns}}
        model = {
            "name": name,
            "version": str(number),
            "last_inference": self._last_milliseconds,
            "inference_count": self._rows,
            "execution_count": self._answered,
        }
        return {"model_stats": [model | {"inference_stats": counts, "batch_stats": []}]}


def example_request(manifest: Manifest) -> dict[str, Any]:
    """A request of one row to infer, in JSON."""
    if manifest.pixels is not None:
        gray = {"name": IMAGE, "datatype": "UINT8", "shape": [1, 2, 2, 1], "data": [0, 85, 170, 255]}
        return {"inputs": [gray]}
    row = {input_name(column): value for column, value in example_row(manifest.schema.inputs).items()}
    return {"inputs": [{"name": name, "datatype": datatype, "shape": [1], "data": [row[name]]} for name, datatype, _ in _inputs(manifest)]}


def _inputs(manifest: Manifest) -> list[tuple[str, str, list[int]]]:
    if manifest.pixels is not None:
        return [(IMAGE, "UINT8", [-1, -1, -1, manifest.pixels.channels])]
    return [(input_name(column.name), _DATATYPES.get(column.kind, "BYTES"), [-1]) for column in manifest.schema.inputs]


def _outputs(manifest: Manifest) -> list[tuple[str, str, list[int]]]:
    wide = (PROBABILITIES, PREDICTION_SET)
    return [(name, output_datatype(name, manifest), [-1, manifest.task.outputs] if name in wide else [-1]) for name in output_names(manifest)]


def _described(tensors: Sequence[tuple[str, str, list[int]]]) -> list[dict[str, Any]]:
    return [{"name": name, "data_type": _CONFIG_TYPES.get(datatype, f"TYPE_{datatype}"), "dims": shape} for name, datatype, shape in tensors]
