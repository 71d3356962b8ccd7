from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.protocols.tensors import TensorHead, tensor_head, tensor_of_json

DATATYPES = "BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP16, FP32, FP64, BYTES"


def head(datatype: str, *shape: int) -> TensorHead:
    return TensorHead(name="age", datatype=datatype, shape=shape)


@pytest.mark.parametrize(
    ("datatype", "data", "dtype"),
    [("FP32", [0.1, None], np.float32), ("UINT8", [0, 255], np.uint8), ("BOOL", [True, False], np.bool_), ("INT64", [-(2**63), 5], np.int64)],
)
def test_values_of_json_are_held_in_their_datatype(datatype: str, data: list[Any], dtype: type) -> None:
    tensor = tensor_of_json(head(datatype, 2, 1), data)

    expected = np.array(data, dtype=dtype).reshape(2, 1)
    assert tensor.values.dtype == dtype
    np.testing.assert_array_equal(tensor.values, expected)


def test_nested_and_flat_values_are_the_same() -> None:
    flat = tensor_of_json(head("INT32", 2, 3), [1, 2, 3, 4, 5, 6])
    nested = tensor_of_json(head("INT32", 2, 3), [[1, 2, 3], [4, 5, 6]])

    assert flat.values.tolist() == nested.values.tolist()


def test_null_among_texts_is_empty_text() -> None:
    assert tensor_of_json(head("BYTES", 2), ["f", None]).values.tolist() == ["f", ""]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (7, "A tensor must be an object with a name, datatype and shape, but one came without a name. Name it."),
        ({"name": "age", "shape": [1]}, f"Tensor 'age' must have one of the datatypes {DATATYPES}, but None came. Convert it."),
        ({"name": "age", "datatype": ["FP64"], "shape": [1]}, f"Tensor 'age' must have one of the datatypes {DATATYPES}, but ['FP64'] came. Convert it."),
        ({"name": "age", "datatype": "FP64", "shape": [-1]}, "Tensor 'age' must have a shape of 1 to 8 lengths from 0 on, but [-1] came. Correct it."),
        ({"name": "age", "datatype": "FP64", "shape": []}, "Tensor 'age' must have a shape of 1 to 8 lengths from 0 on, but [] came. Correct it."),
        (
            {"name": "age", "datatype": "FP64", "shape": [0, 2**63]},
            "Tensor 'age' must have at most 2,147,483,648 values, but its shape [0, 9223372036854775808] has more. Correct it.",
        ),
        ({"name": "age", "datatype": "FP64", "shape": [True]}, "Tensor 'age' must have a shape of 1 to 8 lengths from 0 on, but [True] came. Correct it."),
    ],
)
def test_a_head_that_is_none_is_refused(record: Any, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        tensor_head(record)

    assert (str(refused.value), refused.value.status) == (message, 400)


@pytest.mark.parametrize(
    ("wanted", "data", "message"),
    [
        (head("FP64", 2), None, "Tensor 'age' must have its values in a list `data`, or behind the JSON, but neither came. Send one."),
        (head("FP64", 2), [1.0], "Tensor 'age' of shape [2] must hold 2 values, but 1 came. Correct one of them."),
        (head("FP64", 10**12), [1.0], "Tensor 'age' of shape [1000000000000] must hold 1000000000000 values, but 1 came. Correct one of them."),
        (head("FP64", 1), ["old"], "Tensor 'age' must hold FP64 values, but 'old' came. Correct it, or its datatype."),
        (head("FP64", 1), [True], "Tensor 'age' must hold FP64 values, but True came. Correct it, or its datatype."),
        (head("INT64", 1), [1.5], "Tensor 'age' must hold INT64 values, but 1.5 came. Correct it, or its datatype."),
        (head("INT64", 1), [None], "Tensor 'age' must hold INT64 values, but null came. Correct it, or its datatype."),
        (head("BYTES", 1), [{}], "Tensor 'age' must hold BYTES values, but an object came. Correct it, or its datatype."),
        (head("BYTES", 2, 1), [[["f"]], ["m"]], "Tensor 'age' must hold BYTES values, but a list came. Correct it, or its datatype."),
        (head("UINT8", 1), [256], "Tensor 'age' must hold UINT8 values, but one is too large for it. Send it as FP64."),
        (head("FP32", 1), [1e39], "Tensor 'age' must hold FP32 values, but one is too large for it. Send it as FP64."),
    ],
)
def test_values_that_are_not_of_the_head_are_refused(wanted: TensorHead, data: Any, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        tensor_of_json(wanted, data)

    assert (str(refused.value), refused.value.status) == (message, 400)
