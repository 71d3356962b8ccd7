"""The pixel cache: every image decoded once, into one file of bytes [rows, height, width, channel] that is mapped into memory.

It may be larger than memory, and a second fit on the same images opens it at once. A file appears whole or not at all; its description
(`KEY.json`) is written last, and a file that does not fit its description is made anew. Nothing here is ever deleted by Luthier.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
from jaxtyping import UInt8

from luthier.core.errors import OutputUnwritable
from luthier.core.files import whole_file
from luthier.core.findings import Event
from luthier.core.memory import machine_memory_bytes
from luthier.core.task import PixelShape
from luthier.data.images.decode import decode
from luthier.data.images.parallel import in_order
from luthier.data.images.probe import ImageUnreadable
from luthier.data.images.references import Reference
from luthier.data.images.resizing import Resize, Resizer

FORMAT = 1
"Raised when the same images would be decoded to other pixels."
VARIABLE = "LUTHIER_CACHE"
"Environment variable: the folder in which caches are kept."
MEMORY_SHARE = 1 / 16
"Share of the machine's memory that pixels may take where no cache can be written."
_BLOCK = 64

Progress = Callable[[int, int], None]
"Hears how many images are decoded, of how many."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CachedPixels:
    """The decoded images."""

    pixels: UInt8[np.ndarray, "rows height width channel"]
    "Read-only, mapped from the file."
    unreadable: dict[int, str]
    "References that could not be decoded, by their number, with the reason: they have no row."
    path: Path | None
    "The file; None where the pixels are in memory."
    events: tuple[Event, ...] = ()


def cache_folder() -> Path:
    """Where pixels are kept: below `LUTHIER_CACHE`, else below the user's cache folder (`XDG_CACHE_HOME`, or `~/.cache`)."""
    stated, shared = os.environ.get(VARIABLE), os.environ.get("XDG_CACHE_HOME", "")
    if stated:
        return Path(stated) / "pixels"
    return (Path(shared) if Path(shared).is_absolute() else Path.home() / ".cache") / "luthier" / "pixels"


def open_cache(
    references: Sequence[Reference],
    names: Sequence[str],
    shape: PixelShape,
    *,
    resizer: Resizer,
    folder: Path | None = None,
    progress: Progress | None = None,
    memory_bytes: int | None = None,
) -> CachedPixels:
    """The pixels of some images, from the cache if they are there, else decoded into it by all cores.

    Args:
        resizer: makes the function that brings an image to the shape; images that have it are left as they are.
        folder: None is `cache_folder()`.
        progress: called from this thread while images are decoded.
        memory_bytes: most that may be held in memory where the folder cannot be written; None goes by the machine.

    Raises:
        OutputUnwritable: the folder cannot be written, and the pixels are too many for memory.
    """
    folder = folder or cache_folder()
    path = folder / f"{_key(references, names, shape, resizer)}.u8"
    if (cached := _opened(path, shape)) is not None:
        return cached
    needed = len(references) * shape.height * shape.width * shape.channels
    blocks = _Blocks(references, shape, resizer(shape), progress)
    try:
        _write(path, shape, blocks, needed)
    except OutputUnwritable as error:
        if needed > (memory_bytes if memory_bytes is not None else machine_memory_bytes() * MEMORY_SHARE):
            raise OutputUnwritable(
                f"The decoded images need {_megabytes(needed)} in {str(folder)!r}, but {_reason(error)}. Set {VARIABLE} to a folder on a disk with room."
            ) from error
        return _in_memory(blocks, shape, folder, _reason(error))
    written = _opened(path, shape)
    assert written is not None
    return written


def _key(references: Sequence[Reference], names: Sequence[str], shape: PixelShape, resizer: Resizer) -> str:
    resized_by = getattr(resizer, "__qualname__", type(resizer).__qualname__)
    content = hashlib.blake2b(repr((FORMAT, PIL.__version__, shape, resized_by)).encode(), digest_size=16)
    for name, reference in zip(names, references, strict=True):
        content.update(name.encode(errors="surrogateescape") + b"\0" + reference.stamp() + b"\0")
    return content.hexdigest()


def _opened(path: Path, shape: PixelShape) -> CachedPixels | None:
    """The cache where it is whole."""
    try:
        description = json.loads(path.with_suffix(".json").read_text())
        rows, unreadable = description["rows"], {int(row): reason for row, reason in description["unreadable"].items()}
        if path.stat().st_size != rows * shape.height * shape.width * shape.channels:
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    whole = (rows, shape.height, shape.width, shape.channels)
    pixels = np.memmap(path, dtype=np.uint8, mode="r", shape=whole) if rows else np.empty(whole, dtype=np.uint8)
    return CachedPixels(pixels=pixels, unreadable=unreadable, path=path)


def _write(path: Path, shape: PixelShape, blocks: _Blocks, needed: int) -> None:
    with whole_file(path) as temporary, temporary.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(needed, 1))  # a full disk is found out now
        for block in blocks:
            file.write(block.data)
        file.truncate()
    description = {"format": FORMAT, "rows": blocks.rows, "shape": [shape.height, shape.width, shape.channels], "unreadable": blocks.unreadable}
    with whole_file(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(description))


def _in_memory(blocks: _Blocks, shape: PixelShape, folder: Path, reason: str) -> CachedPixels:
    empty = np.empty((0, shape.height, shape.width, shape.channels), dtype=np.uint8)
    pixels = np.concatenate([empty, *blocks])
    pixels.setflags(write=False)
    what = f"The decoded images are held in memory ({_megabytes(pixels.nbytes)}): in {str(folder)!r} {reason}."
    return CachedPixels(pixels=pixels, unreadable=blocks.unreadable, path=None, events=(Event(name="pixels-in-memory", what=what),))


class _Blocks:
    """Decoded images in their order, some at a time; what cannot be decoded is left out and remembered."""

    def __init__(self, references: Sequence[Reference], shape: PixelShape, resize: Resize, progress: Progress | None) -> None:
        self.rows = 0
        self.unreadable: dict[int, str] = {}
        self._references, self._shape, self._resize, self._progress = references, shape, resize, progress

    def __iter__(self) -> Iterator[np.ndarray]:
        self.rows, self.unreadable, whole = 0, {}, len(self._references)
        for first, (block, broken) in zip(range(0, whole, _BLOCK), in_order(self._decoded, range(0, whole, _BLOCK)), strict=True):
            self.rows, self.unreadable = self.rows + len(block), {**self.unreadable, **broken}
            yield block
            if self._progress is not None:
                self._progress(min(first + _BLOCK, whole), whole)

    def _decoded(self, first: int) -> tuple[np.ndarray, dict[int, str]]:
        shape, broken, row = self._shape, {}, 0
        block = np.empty((_BLOCK, shape.height, shape.width, shape.channels), dtype=np.uint8)
        for number, reference in enumerate(self._references[first : first + _BLOCK], first):
            try:
                pixels = decode(reference, shape.channels)
            except ImageUnreadable as error:
                broken[number] = error.reason
                continue
            block[row] = pixels if pixels.shape == block.shape[1:] else self._resize(pixels)
            row += 1
        return block[:row], broken


def _reason(error: OutputUnwritable) -> str:
    return str(error).split(": ", 1)[-1].split(". Nothing")[0]


def _megabytes(size: int) -> str:
    return f"{max(size / 1e6, 0.1):,.1f} MB"
