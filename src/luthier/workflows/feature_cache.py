"""The feature cache: what a backbone made of every image, beside the pixels, so that a second fit does not compute it again.

A file is named by everything that it hangs on, and appears whole or not at all; its description (`KEY.json`) is written last.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from luthier.core.errors import OutputUnwritable
from luthier.core.files import whole_file

ENDING = ".f32"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptFeatures:
    """The features of all images."""

    values: Float32[np.ndarray, "rows features"]
    "Read-only, mapped from the file."
    seconds: float
    "That it took to compute them, then or now."
    computed: bool
    "False where they were there already."
    path: Path | None
    "The file; None where they are in memory, because it could not be written."


def feature_key(*parts: object) -> str:
    """Name of the file for what features hang on, such as the digest of the pixels and that of the weights."""
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def kept_features(folder: Path, key: str, *, rows: int, width: int, compute: Callable[[], Iterator[np.ndarray]]) -> KeptFeatures:
    """The features of that key: those that are kept, else computed and kept.

    Args:
        compute: gives them block by block, float32 [some rows, width].
    """
    path = folder / f"{key}{ENDING}"
    if (kept := _opened(path, rows, width)) is not None:
        return kept
    begun = time.monotonic()
    try:
        with whole_file(path) as temporary, temporary.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(rows * width * 4, 1))  # a full disk is found out now
            for block in compute():
                file.write(np.ascontiguousarray(block, dtype=np.float32).data)
        seconds = time.monotonic() - begun
        with whole_file(path.with_suffix(".json")) as temporary:
            temporary.write_text(json.dumps({"rows": rows, "features": width, "seconds": seconds}))
    except OutputUnwritable:
        values = np.concatenate([np.empty((0, width), dtype=np.float32), *compute()])
        return KeptFeatures(values=values, seconds=time.monotonic() - begun, computed=True, path=None)
    return KeptFeatures(values=_mapped(path, rows, width), seconds=seconds, computed=True, path=path)


def _opened(path: Path, rows: int, width: int) -> KeptFeatures | None:
    """The features where the file is whole."""
    try:
        description = json.loads(path.with_suffix(".json").read_text())
        seconds = float(description["seconds"])
        if (description["rows"], description["features"]) != (rows, width) or path.stat().st_size != rows * width * 4:
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return KeptFeatures(values=_mapped(path, rows, width), seconds=seconds, computed=False, path=path)


def _mapped(path: Path, rows: int, width: int) -> np.ndarray:
    return np.memmap(path, dtype=np.float32, mode="r", shape=(rows, width))
