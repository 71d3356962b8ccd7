"""One copy of the weights: model.onnx refers to weights.safetensors for every tensor that stands there already.

The ONNX format calls this external data. A runtime that opens model.onnx by its path finds the file beside it; `with_weights`
puts the tensors back for a runtime that is to open no file but those whose hashes were checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import AttributeProto, TensorProto

from luthier.bundle.manifest import WEIGHTS
from luthier.core.errors import BundleDamaged

SMALLEST_BYTES = 256
"Tensors smaller than this stay in model.onnx: a reference takes as much."
_SELF_CONTAINED = {
    AttributeProto.FLOAT,
    AttributeProto.INT,
    AttributeProto.STRING,
    AttributeProto.FLOATS,
    AttributeProto.INTS,
    AttributeProto.STRINGS,
    AttributeProto.TENSOR,
}


def without_weights(graph: bytes, weights: bytes) -> bytes:
    """The model with a reference for every tensor that stands in the weights, alone or as one member of a stack."""
    model = onnx.ModelProto.FromString(graph)
    places = dict(_stored(weights))
    for tensor in model.graph.initializer:
        offset = places.get(tensor.raw_data)
        if offset is not None and len(tensor.raw_data) >= SMALLEST_BYTES:
            _refer(tensor, offset)
    referring: bytes = model.SerializeToString()
    return referring


def with_weights(graph: bytes, weights: bytes) -> bytes:
    """The model with every reference replaced by the tensor that it means.

    Raises:
        BundleDamaged: it is no model, or it refers to anything but a part of the weights.
    """
    try:
        model = onnx.ModelProto.FromString(graph)
        for tensor in model.graph.initializer:
            if tensor.data_location == TensorProto.EXTERNAL:
                _resolve(tensor, weights)
    except (DecodeError, ValueError, KeyError) as error:
        raise _damaged() from error
    if not _is_self_contained(model):
        raise _damaged()
    whole: bytes = model.SerializeToString()
    return whole


def _stored(weights: bytes) -> Iterator[tuple[bytes, int]]:
    """The bytes of every stored tensor, and of each of its rows, with the place where they begin."""
    head = 8 + int.from_bytes(weights[:8], "little")
    for name, entry in json.loads(weights[8:head]).items():
        if name == "__metadata__":
            continue
        first, last = (head + offset for offset in entry["data_offsets"])
        rows = entry["shape"][0] if entry["shape"] else 1
        size = (last - first) // rows if rows else 0
        yield weights[first:last], first
        if size >= SMALLEST_BYTES:
            yield from ((weights[place : place + size], place) for place in range(first, last, size))


def _refer(tensor: TensorProto, offset: int) -> None:
    length = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)


def _resolve(tensor: TensorProto, weights: bytes) -> None:
    told = {entry.key: entry.value for entry in tensor.external_data}
    first, length = int(told["offset"]), int(told["length"])
    if told["location"] != WEIGHTS or not 0 <= first <= first + length <= len(weights):
        raise ValueError(f"{tensor.name} lies outside the weights")
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")
    tensor.raw_data = weights[first : first + length]


def _is_self_contained(model: onnx.ModelProto) -> bool:
    """Whether no other part of a model can name a file: Luthier writes neither functions nor graphs within graphs."""
    attributes = [attribute for node in model.graph.node for attribute in node.attribute]
    harmless = all(attribute.type in _SELF_CONTAINED and not attribute.t.external_data for attribute in attributes)
    return harmless and not model.functions and not model.training_info and not model.graph.sparse_initializer


def _damaged() -> BundleDamaged:
    return BundleDamaged(f"The model.onnx of a bundle may refer to {WEIGHTS} and to nothing else, but this one does not keep to that. Do not use this bundle.")
