"""Wire: what crosses between this process and a worker process, as bytes.

Both ends are this program: pickle is safe here, and nothing of it is ever stored. Tensors cross as NumPy arrays: torch's own
way would pass a file descriptor for each, and a view would bring along the whole of what it looks at.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from types import FunctionType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from luthier.core.errors import LuthierError
from luthier.evaluate import METRICS, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """How far a worker's job is."""

    progress: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The wish that a worker's job ends soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error that ends the run."""

    error: Exception


class Pickler(pickle.Pickler):
    """Knows the objects that do not cross by themselves: tensors, errors with keywords, and metrics, which hold lambdas and go by name."""

    def __init__(self, file: BytesIO) -> None:
        super().__init__(file, protocol=5)

    def reducer_override(self, value: Any) -> Any:
        """How to make the value again on the other side."""
        if isinstance(value, Tensor):
            return _tensor, (np.ascontiguousarray(value.detach().cpu().numpy()).reshape(value.shape),)
        if isinstance(value, Metric) and METRICS.get(value.name) is value:
            return _metric, (value.name,)
        if isinstance(value, LuthierError):
            return _error, (type(value), value.args, value.__dict__)
        if isinstance(value, FunctionType | type) and value.__module__ == "__main__":
            raise pickle.PicklingError(f"{value.__qualname__} is defined in a script, which other processes do not run")
        return NotImplemented


def packed(message: object, pickler: Callable[[BytesIO], pickle.Pickler] = Pickler) -> bytes:
    """The bytes of a message."""
    file = BytesIO()
    pickler(file).dump(message)
    return file.getvalue()


def unpacked(content: bytes) -> Any:
    """The message of some bytes."""
    return pickle.loads(content)


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def _metric(name: str) -> Metric:
    return METRICS[name]


def _error(kind: type[LuthierError], args: tuple[object, ...], facts: dict[str, object]) -> LuthierError:
    """An error as it was: without its `__init__`, which may ask for more than its text."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error
