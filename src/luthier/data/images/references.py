"""Reference: where one image lies: a file, some bytes, or a row of an array of pixels. Small, and nothing is read before it is asked for."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import polars as pl

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff")
"File names that end in one of these, in any case, are taken for images."


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image in a file."""

    path: Path

    def stream(self) -> BinaryIO:
        """The encoded image, to be closed by the caller."""
        return open(self.path, "rb", opener=_without_waiting)

    @property
    def encoded_bytes(self) -> int:
        """Size of the file."""
        return self.path.stat().st_size

    def stamp(self) -> bytes:
        """Changes whenever the content may have changed. Two files of one name, size and time in different folders differ."""
        facts = self.path.stat()
        return f"{self.path.absolute()}\0{facts.st_size}\0{facts.st_mtime_ns}\0{facts.st_ctime_ns}".encode(errors="surrogateescape")


@dataclass(frozen=True, slots=True)
class ImageBytes:
    """An encoded image in a column of a table, or alone in a sequence of one."""

    column: pl.Series | Sequence[bytes]
    row: int

    def stream(self) -> BinaryIO:
        """The encoded image."""
        return io.BytesIO(self.column[self.row])

    @property
    def encoded_bytes(self) -> int:
        """Length of the encoded image."""
        return len(self.column[self.row])

    def stamp(self) -> bytes:
        """A hash of the bytes."""
        return hashlib.blake2b(self.column[self.row], digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image that is decoded already."""

    pixels: np.ndarray
    "uint8; shape [rows, height, width] or [rows, height, width, channel]."
    row: int

    def stamp(self) -> bytes:
        """A hash of the pixels."""
        return hashlib.blake2b(np.ascontiguousarray(self.pixels[self.row]).data, digest_size=16).digest()


Reference: TypeAlias = ImageFile | ImageBytes | ImageRow


def _without_waiting(path: str, flags: int) -> int:
    """Opens a file; a pipe that nobody writes to is empty, where an ordinary reader would wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def reference_to(image: Reference | str | Path | bytes | np.ndarray) -> Reference:
    """A reference to whatever one image may be given as: a path, encoded bytes, or an array [height, width] or [height, width, channel] of uint8.

    Example:
        >>> reference_to("shoe.png")
        ImageFile(path=PosixPath('shoe.png'))
    """
    if isinstance(image, (ImageFile, ImageBytes, ImageRow)):
        return image
    if isinstance(image, (bytes, bytearray, memoryview)):
        return ImageBytes((bytes(image),), 0)
    if isinstance(image, np.ndarray):
        return ImageRow(image[None], 0)
    return ImageFile(Path(image))


def written_name(path: str | Path) -> str:
    """A path as text that can be written down anywhere: bytes of a name that are no UTF-8 become such as `\\xff`.

    Example:
        >>> written_name("shoes/7.png"), written_name("caf\\udce9.png")
        ('shoes/7.png', 'caf\\\\xe9.png')
    """
    return os.fsencode(path).decode(errors="backslashreplace")


def has_image_ending(name: str) -> bool:
    """True for the name of an image file.

    Example:
        >>> has_image_ending("IMG_0001.JPG"), has_image_ending("notes.txt")
        (True, False)
    """
    return name.lower().endswith(IMAGE_ENDINGS)
