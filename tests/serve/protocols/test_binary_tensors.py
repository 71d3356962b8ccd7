from __future__ import annotations

import numpy as np
import pytest
import tritonclient.utils as triton
from hypothesis import given
from hypothesis import strategies as st

from luthier.core.errors import RequestRefused
from luthier.serve.protocols.binary_tensors import TensorMemory, packed, split_body
from luthier.serve.protocols.tensors import DATATYPES, Tensor, TensorHead


def head(datatype: str, *shape: int) -> TensorHead:
    return TensorHead(name="age", datatype=datatype, shape=shape)


@pytest.mark.parametrize("datatype", [name for name in DATATYPES if name != "BYTES"])
def test_numbers_come_back_as_they_were_packed(datatype: str) -> None:
    values = np.array([[0, 1], [1, 0], [1, 1]]).astype(DATATYPES[datatype])

    memory = packed(Tensor(name="age", datatype=datatype, values=values))

    assert memory == values.tobytes()
    np.testing.assert_array_equal(TensorMemory(memoryview(memory)).take(head(datatype, 3, 2), len(memory)).values, values)


@given(texts=st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_bytes_are_packed_as_tritonclient_packs_them(texts: list[bytes]) -> None:
    values = np.empty(len(texts), dtype=object)
    values[:] = texts

    memory = packed(Tensor(name="age", datatype="BYTES", values=values))

    assert memory == triton.serialize_byte_tensor(values).item()
    assert TensorMemory(memoryview(memory)).take(head("BYTES", len(texts)), len(memory)).values.tolist() == texts


def test_tensors_take_their_memory_in_their_order() -> None:
    rest = TensorMemory(memoryview(b"\x01\x02\x00"))

    first, second = rest.take(head("UINT8", 1), 1), rest.take(head("INT16", 1), 2)
    rest.require_empty()

    assert (first.values.item(), second.values.item()) == (1, 2)


def test_the_header_says_where_the_memory_begins() -> None:
    text, memory = split_body(b'{"a":1}\x00\x01', "7")

    assert (bytes(text), bytes(memory)) == (b'{"a":1}', b"\x00\x01")


@pytest.mark.parametrize("length", ["10", "-1", "7.0", "", "٧", "1" * 30])
def test_a_header_length_that_cannot_be_is_refused(length: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        split_body(b'{"a":1}\x00\x01', length)

    assert str(refused.value) == f"Inference-Header-Content-Length must be a number of bytes up to the 9 of the body, but {length!r} came. Correct it."


@pytest.mark.parametrize(
    ("wanted", "memory", "size", "message"),
    [
        (head("FP64", 1), bytes(8), 9, "Tensor 'age' must have a binary_data_size of 0 to the 8 bytes that are left, but 9 came. Correct it."),
        (head("FP64", 1), bytes(8), -1, "Tensor 'age' must have a binary_data_size of 0 to the 8 bytes that are left, but -1 came. Correct it."),
        (head("FP64", 1), bytes(8), "8", "Tensor 'age' must have a binary_data_size of 0 to the 8 bytes that are left, but '8' came. Correct it."),
        (head("FP64", 2), bytes(8), 8, "Tensor 'age' of FP64 [2] must take 16 bytes, but 8 came. Correct one of them."),
        (
            head("BYTES", 1),
            b"\x02\x00\x00\x00f",
            5,
            "Each value of BYTES must follow its length in 4 bytes, but tensor 'age' ends within one. Send all of its bytes.",
        ),
        (head("BYTES", 1), b"\x02\x00", 2, "Each value of BYTES must follow its length in 4 bytes, but tensor 'age' ends within one. Send all of its bytes."),
        (head("BYTES", 2), b"\x01\x00\x00\x00f", 5, "Tensor 'age' of shape [2] must hold 2 values, but 1 came. Correct one of them."),
    ],
)
def test_memory_that_is_no_such_tensor_is_refused(wanted: TensorHead, memory: bytes, size: object, message: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        TensorMemory(memoryview(memory)).take(wanted, size)

    assert (str(refused.value), refused.value.status) == (message, 400)


def test_bytes_that_no_tensor_takes_are_refused() -> None:
    with pytest.raises(RequestRefused) as refused:
        TensorMemory(memoryview(b"abc")).require_empty()

    assert (
        str(refused.value)
        == "The tensors must take all bytes behind the JSON, but 3 are left over. Correct Inference-Header-Content-Length or binary_data_size."
    )


def test_any_byte_but_zero_is_true() -> None:
    assert TensorMemory(memoryview(b"\x00\x02")).take(head("BOOL", 2), 2).values.tolist() == [False, True]
