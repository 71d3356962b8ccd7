"""idx files: the format of MNIST and its relatives, plain or gzipped: a header of sizes, then bytes.

Source: the description on the MNIST page (yann.lecun.com/exdb/mnist): magic 0, 0, type, dimensions; then each size as a big-endian 32-bit number.
"""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from luthier.core.errors import DataUnreadable

_NAME = re.compile(r"(?P<before>.*)images(?P<between>[-_.])idx(?P<dimensions>[34])[-_.]ubyte(?P<packed>\.gz)?", re.IGNORECASE)
_SEALED = re.compile(r"(^|[-_.])(t10k|test)([-_.]|$)", re.IGNORECASE)
_UNSIGNED_BYTE = 0x08
CLASS_NAMES = "classes.txt"
"Beside the files: the name of each class, one a line; the first line names label 0."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IdxPair:
    """Pixels and their labels."""

    name: str
    "Name of the file of pixels."
    pixels: np.ndarray
    "uint8 [rows, height, width] or [rows, height, width, channel]."
    labels: np.ndarray
    "uint8 [rows]."
    sealed: bool
    "True where the name says that these rows are for the test: `t10k` or `test`."


def is_idx_name(name: str) -> bool:
    """True for the name of an idx file of images.

    Example:
        >>> is_idx_name("train-images-idx3-ubyte.gz"), is_idx_name("train-labels-idx1-ubyte.gz")
        (True, False)
    """
    return _NAME.fullmatch(name) is not None


def read_pair(path: Path) -> IdxPair:
    """An idx file of images and the file of labels that lies beside it.

    Raises:
        DataUnreadable: the labels are not there, a file is cut or is no idx file, or their lengths differ.
    """
    labels_path = _labels_beside(path)
    pixels, labels = read_idx(path), read_idx(labels_path)
    if pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[3] not in (1, 3)) or not pixels.size:
        raise DataUnreadable(
            f"{path.name!r} must hold images of one or three channels, but its shape is {list(pixels.shape)}. Check that it is the right file."
        )
    if labels.ndim != 1:
        raise DataUnreadable(f"{labels_path.name!r} must hold one label an image, but its shape is {list(labels.shape)}. Check that it is the right file.")
    if len(labels) != len(pixels):
        raise DataUnreadable(
            f"Images and labels must be as many, but {path.name!r} holds {len(pixels):,} images and {labels_path.name!r} {len(labels):,} labels. "
            "Bring the files that belong together."
        )
    return IdxPair(name=path.name, pixels=pixels, labels=labels, sealed=_SEALED.search(path.name) is not None)


def read_idx(path: Path) -> np.ndarray:
    """The uint8 array in one idx file, plain or gzipped; read-only."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataUnreadable(f"{path.name!r} cannot be unpacked: it is no whole gzip file. Bring it anew.") from error
    dimensions = content[3] if len(content) >= 4 else 0
    if content[:2] != b"\0\0" or content[2:3] != bytes([_UNSIGNED_BYTE]) or not dimensions or len(content) < 4 + 4 * dimensions:
        raise DataUnreadable(f"{path.name!r} must be an idx file of unsigned bytes, but it begins with {content[:4]!r}. Check that it is the right file.")
    shape = [int(size) for size in np.frombuffer(content, ">u4", count=dimensions, offset=4)]
    needed, came = int(np.prod(shape, dtype=object)), len(content) - 4 - 4 * dimensions
    if came != needed:
        raise DataUnreadable(f"{path.name!r} must hold {needed:,} bytes of shape {shape}, but it holds {came:,}: it is not whole. Bring it anew.")
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def read_class_names(folder: Path) -> list[str] | None:
    """The names in `classes.txt`; None where there is no such file."""
    path = folder / CLASS_NAMES
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path.is_file() else None


def _labels_beside(path: Path) -> Path:
    match = _NAME.fullmatch(path.name)
    assert match is not None
    stem = f"{match['before']}labels{match['between']}idx1"
    for separator in ("-", ".", "_"):
        for ending in (match["packed"] or "", "" if match["packed"] else ".gz"):
            if (beside := path.with_name(f"{stem}{separator}ubyte{ending}")).is_file():
                return beside
    raise DataUnreadable(f"Images need their labels, but {stem + '-ubyte'!r} is not beside {path.name!r}, gzipped or not. Put it there.")
