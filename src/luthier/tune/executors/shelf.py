"""Shelf: the rows in memory that worker processes share.

A file without a name holds every array once; whoever has its descriptor maps it. It is gone when the last of them ends, however that ends.
"""

from __future__ import annotations

import mmap
import os
import pickle
from io import BytesIO
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from luthier.tune.executors.wire import Pickler, packed

ALIGNMENT = 64
"Bytes at which an array may begin: a cache line."
HEADER = 16
"Bytes at the beginning: where the outline begins and how long it is."


class Shelf:
    """A value, such as the folds' tensors with their judge, whose arrays are shared."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def of(cls, value: object) -> Self:
        """Put a value on a new shelf."""
        arrays: list[np.ndarray] = []
        outline = packed(value, lambda file: _Outline(file, arrays))
        shelf = cls(os.memfd_create("luthier"))
        with open(shelf.descriptor, "wb", closefd=False) as file:
            file.seek(HEADER)
            for array in arrays:
                file.seek(_aligned(file.tell()))
                file.write(array.reshape(-1).view(np.uint8).data)
            at = file.tell()
            file.write(outline)
            file.seek(0)
            file.write(at.to_bytes(8, "little") + len(outline).to_bytes(8, "little"))
        return shelf

    def read(self) -> Any:
        """The value again; what is written to its arrays stays with who wrote it."""
        memory = mmap.mmap(self.descriptor, 0, access=mmap.ACCESS_COPY)
        at, length = (int.from_bytes(memory[start : start + 8], "little") for start in (0, 8))
        return _Reader(BytesIO(memory[at : at + length]), memory).load()

    def close(self) -> None:
        """Let go of the shelf; what was read from it stays."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class _Outline(Pickler):
    """Writes a value without its arrays, and notes where each of them will stand."""

    def __init__(self, file: BytesIO, arrays: list[np.ndarray]) -> None:
        super().__init__(file)
        self._arrays, self._end = arrays, HEADER

    def persistent_id(self, value: Any) -> Any:
        """(what it is, where it stands, type, shape) of an array; None for everything else."""
        is_tensor = isinstance(value, Tensor)
        if not is_tensor and not (isinstance(value, np.ndarray) and value.dtype.kind in "biuf"):
            return None
        array = np.ascontiguousarray(value.detach().numpy() if is_tensor else value)
        start = _aligned(self._end)
        self._arrays.append(array)
        self._end = start + array.nbytes
        return is_tensor, start, array.dtype.str, tuple(value.shape)


class _Reader(pickle.Unpickler):
    """Reads an outline, and puts views of the shared memory where its arrays were."""

    def __init__(self, file: BytesIO, memory: mmap.mmap) -> None:
        super().__init__(file)
        self._memory = memory

    def persistent_load(self, place: Any) -> Any:
        """The array that stands at a place."""
        is_tensor, start, kind, shape = place
        count = int(np.prod(shape))
        array = np.frombuffer(self._memory, dtype=kind, count=count, offset=start) if count else np.empty(0, dtype=kind)
        return torch.from_numpy(array.reshape(shape)) if is_tensor else array.reshape(shape)


def _aligned(position: int) -> int:
    return -(-position // ALIGNMENT) * ALIGNMENT
