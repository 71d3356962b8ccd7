"""The binary tensor extension: values of tensors as plain memory behind the JSON of a request or a reply.

`tritonclient` sends and asks for this form unless it is told not to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from luthier.core.errors import RequestRefused
from luthier.serve.protocols.tensors import DATATYPES, Tensor, TensorHead, require_size

HEADER_LENGTH = "Inference-Header-Content-Length"
"The HTTP header that says how many bytes of JSON come first."
_LENGTH = struct.Struct("<I")


def split_body(body: bytes, header_length: str | None) -> tuple[memoryview, memoryview]:
    """The JSON, and the memory of tensors behind it.

    Args:
        header_length: what the header `HEADER_LENGTH` says; None where it did not come, and all is JSON.

    Raises:
        RequestRefused: it is no number, or there are fewer bytes than it says.
    """
    whole = memoryview(body)
    if header_length is None:
        return whole, whole[len(whole) :]
    if not (header_length.isascii() and header_length.isdigit() and len(header_length) < 20 and int(header_length) <= len(whole)):
        raise RequestRefused(
            f"{HEADER_LENGTH} must be a number of bytes up to the {len(whole)} of the body, but {header_length[:30]!r} came. Correct it.", status=400
        )
    return whole[: int(header_length)], whole[int(header_length) :]


class TensorMemory:
    """What stands behind the JSON; each tensor takes its part, in the order of the JSON."""

    def __init__(self, memory: memoryview) -> None:
        self._rest = memory

    def take(self, head: TensorHead, size: Any) -> Tensor:
        """The next `size` bytes as a tensor.

        Raises:
            RequestRefused: they are not there, or are no tensor of this head.
        """
        if type(size) is not int or not 0 <= size <= len(self._rest):
            raise RequestRefused(
                f"Tensor {head.name!r} must have a binary_data_size of 0 to the {len(self._rest)} bytes that are left, but {size!r} came. Correct it.",
                status=400,
            )
        part, self._rest = self._rest[:size], self._rest[size:]
        values = _unpacked_texts(head, part) if head.datatype == "BYTES" else _unpacked_numbers(head, part)
        return Tensor(name=head.name, datatype=head.datatype, values=values.reshape(head.shape))

    def require_empty(self) -> None:
        """Raise where no tensor took the last bytes."""
        if len(self._rest):
            raise RequestRefused(
                f"The tensors must take all bytes behind the JSON, but {len(self._rest)} are left over. Correct {HEADER_LENGTH} or binary_data_size.",
                status=400,
            )


def packed(tensor: Tensor) -> bytes:
    """The memory of a tensor, as `TensorMemory.take` reads it.

    Example:
        >>> packed(Tensor(name="sex", datatype="BYTES", values=np.array(["f", "m"], dtype=object)))
        b'\\x01\\x00\\x00\\x00f\\x01\\x00\\x00\\x00m'
    """
    if tensor.datatype != "BYTES":
        return tensor.values.astype(DATATYPES[tensor.datatype], copy=False).tobytes()
    return b"".join(_LENGTH.pack(len(text)) + text for text in map(_encoded, tensor.values.ravel()))


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _unpacked_numbers(head: TensorHead, part: memoryview) -> np.ndarray:
    dtype = DATATYPES[head.datatype]
    needed = head.size * dtype.itemsize
    if len(part) != needed:
        raise RequestRefused(
            f"Tensor {head.name!r} of {head.datatype} {list(head.shape)} must take {needed} bytes, but {len(part)} came. Correct one of them.",
            status=400,
        )
    if head.datatype == "BOOL":  # a byte that is neither 0 nor 1 would be a truth value that is neither
        return np.frombuffer(part, dtype=np.uint8) != 0
    return np.frombuffer(part, dtype=dtype)


def _unpacked_texts(head: TensorHead, part: memoryview) -> np.ndarray:
    texts: Sequence[bytes] = list(_texts(head, part))
    require_size(head, len(texts))
    values = np.empty(len(texts), dtype=object)
    values[:] = texts
    return values


def _texts(head: TensorHead, part: memoryview) -> Iterator[bytes]:
    place = 0
    while place < len(part):
        start = place + _LENGTH.size
        place = start + _LENGTH.unpack_from(part, place)[0] if start <= len(part) else start
        if place > len(part):
            raise RequestRefused(
                f"Each value of BYTES must follow its length in 4 bytes, but tensor {head.name!r} ends within one. Send all of its bytes.", status=400
            )
        yield bytes(part[start:place])
