"""Tensors of the Open Inference Protocol: name, datatype, shape and values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import NoneType
from typing import Any

import numpy as np

from luthier.core.errors import RequestRefused

DATATYPES: Mapping[str, np.dtype[Any]] = {
    "BOOL": np.dtype(np.bool_),
    **{f"{sign}INT{bits}": np.dtype(f"<{sign.lower() or 'i'}{bits // 8}") for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": np.dtype(f"<f{bits // 8}") for bits in (16, 32, 64)},
    "BYTES": np.dtype(object),
}
"How the values of each datatype lie in memory; little-endian, whatever the machine."
_MOST_AXES, _MOST_VALUES = 8, 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorHead:
    """All of a tensor but its values."""

    name: str
    datatype: str
    "One of `DATATYPES`."
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many values it has."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tensor:
    """A tensor: of BYTES, its values are text or bytes."""

    name: str
    datatype: str
    "One of `DATATYPES`."
    values: np.ndarray
    "In its shape."


def tensor_head(record: Any) -> TensorHead:
    """Name, datatype and shape of a tensor in a request.

    Raises:
        RequestRefused: one of them is not there, or is not what it must be.

    Example:
        >>> tensor_head({"name": "age", "datatype": "FP64", "shape": [2, 1]}).size
        2
    """
    if not isinstance(record, dict) or not isinstance(record.get("name"), str):
        raise RequestRefused("A tensor must be an object with a name, datatype and shape, but one came without a name. Name it.", status=400)
    name, datatype, shape = record["name"], record.get("datatype"), record.get("shape")
    if not isinstance(datatype, str) or datatype not in DATATYPES:
        raise RequestRefused(f"Tensor {name!r} must have one of the datatypes {', '.join(DATATYPES)}, but {datatype!r} came. Convert it.", status=400)
    if not isinstance(shape, list) or not 1 <= len(shape) <= _MOST_AXES or not all(type(axis) is int and axis >= 0 for axis in shape):
        raise RequestRefused(f"Tensor {name!r} must have a shape of 1 to {_MOST_AXES} lengths from 0 on, but {shape!r} came. Correct it.", status=400)
    if math.prod(max(axis, 1) for axis in shape) > _MOST_VALUES:  # also of none: no array has such an axis
        raise RequestRefused(f"Tensor {name!r} must have at most {_MOST_VALUES:,} values, but its shape {shape!r} has more. Correct it.", status=400)
    return TensorHead(name=name, datatype=datatype, shape=tuple(shape))


def tensor_of_json(head: TensorHead, data: Any) -> Tensor:
    """A tensor whose values stand in the JSON, flat or nested; null is missing in those of text and of floating point."""
    if not isinstance(data, list):
        raise RequestRefused(f"Tensor {head.name!r} must have its values in a list `data`, or behind the JSON, but neither came. Send one.", status=400)
    values = _flat(data, len(head.shape))
    require_size(head, len(values))
    strange = {type(value) for value in values} - _JSON_TYPES[_family(head.datatype)]
    if strange:
        found = next(value for value in values if type(value) in strange)
        raise RequestRefused(f"Tensor {head.name!r} must hold {head.datatype} values, but {_shown(found)} came. Correct it, or its datatype.", status=400)
    return Tensor(name=head.name, datatype=head.datatype, values=_array(head, values).reshape(head.shape))


def require_size(head: TensorHead, found: int) -> None:
    """Raise where there are more or fewer values than the shape says."""
    if found != head.size:
        raise RequestRefused(
            f"Tensor {head.name!r} of shape {list(head.shape)} must hold {head.size} values, but {found} came. Correct one of them.", status=400
        )


def _flat(data: list[Any], axes: int) -> list[Any]:
    for _ in range(axes - 1):
        if not data or not all(type(part) is list for part in data):
            break
        data = list(chain.from_iterable(data))
    return data


def _family(datatype: str) -> str:
    return datatype.lstrip("U").rstrip("0123456789")


_JSON_TYPES: Mapping[str, set[type]] = {"BOOL": {bool}, "INT": {int}, "FP": {int, float, NoneType}, "BYTES": {str, NoneType}}


def _array(head: TensorHead, values: Sequence[Any]) -> np.ndarray:
    if head.datatype == "BYTES":
        return np.array(["" if value is None else value for value in values], dtype=object)
    try:
        with np.errstate(over="raise"):
            return np.array(values, dtype=DATATYPES[head.datatype])
    except (OverflowError, FloatingPointError) as error:
        raise RequestRefused(f"Tensor {head.name!r} must hold {head.datatype} values, but one is too large for it. Send it as FP64.", status=400) from error


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return "null" if value is None else repr(value)[:60]
