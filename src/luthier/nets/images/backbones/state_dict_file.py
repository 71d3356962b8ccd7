"""State dicts that PyTorch wrote, old and new, read without pickle."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import torch
from torch import Tensor

from luthier.nets.images.backbones.plain_pickle import Name, NotPlain, StoredTensor, read_plain

MAGIC = 0x1950A86A20F9469CFC6C
"First number of a file of the years before the zip format."
ARCHIVE, PICKLE = b"PK\x03\x04", b"\x80"
"What the two formats begin with."
WRAPPINGS = ("state_dict", "model", "model_state_dict")
"Where a checkpoint keeps its state dict, beside plain numbers and texts."
_TYPES = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_Storages = Callable[[str], bytes]


def may_be_state_dict(content: bytes) -> bool:
    """True for a file that PyTorch may have written, whole or damaged; False for an image, a text or nothing.

    Example:
        >>> may_be_state_dict(b"hello")
        False
    """
    return content.startswith((ARCHIVE, PICKLE)) or zipfile.is_zipfile(BytesIO(content))


def read_state_dict(content: bytes) -> dict[str, Tensor]:
    """The tensors of a `.pth` or `.pt` file by name.

    Raises:
        NotPlain: it is of another format, or it holds anything but named tensors.
    """
    stream = BytesIO(content)
    if not zipfile.is_zipfile(stream):
        if content.startswith(ARCHIVE):
            raise NotPlain("a damaged archive")
        stream.seek(0)
        return _from_stream(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _from_archive(archive)
    except zipfile.BadZipFile as error:
        raise NotPlain("a damaged archive") from error


def _from_archive(archive: zipfile.ZipFile) -> dict[str, Tensor]:
    """The format since PyTorch 1.6: a pickle, and a file of raw numbers for each storage, all uncompressed."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    pickles = [name for name in entries if name.endswith("/data.pkl")]
    if len(pickles) != 1 or any(entry.compress_type != zipfile.ZIP_STORED for entry in entries.values()):
        raise NotPlain("an archive that PyTorch did not write")
    folder = pickles[0].removesuffix("data.pkl")
    if f"{folder}byteorder" in entries and archive.read(f"{folder}byteorder") != b"little":
        raise NotPlain("numbers whose largest byte comes first")
    named = _state_dict(read_plain(BytesIO(archive.read(pickles[0]))))

    def storage(key: str) -> bytes:
        if f"{folder}data/{key}" not in entries:
            raise NotPlain("a tensor without its numbers")
        return archive.read(f"{folder}data/{key}")

    return {name: _tensor(stored, storage) for name, stored in named.items()}


def _from_stream(stream: BytesIO) -> dict[str, Tensor]:
    """The format before: four pickles, a list of keys, and for each of them the count of its numbers and the numbers."""
    if read_plain(stream) != MAGIC:
        raise NotPlain("no state dict of PyTorch")
    for _ in ("protocol", "system"):
        read_plain(stream)
    named = _state_dict(read_plain(stream))
    sizes: dict[str, int] = {}
    for stored in named.values():
        itemsize = _type(stored).itemsize
        sizes[stored.storage[2]] = itemsize
    storages: dict[str, bytes] = {}
    for key in _keys(read_plain(stream)):
        if key not in sizes:
            raise NotPlain("numbers that belong to no tensor")
        storages[key] = stream.read(int.from_bytes(stream.read(8), "little") * sizes[key])
    return {name: _tensor(stored, lambda key: storages.get(key, b"")) for name, stored in named.items()}


def _keys(content: Any) -> list[str]:
    if not isinstance(content, list) or not all(isinstance(key, str) for key in content):
        raise NotPlain("no list of what its numbers are called")
    return content


def _state_dict(content: Any) -> Mapping[str, StoredTensor]:
    """The named tensors, taken out of a checkpoint where there is one around them."""
    wrapped = [content[key] for key in WRAPPINGS if isinstance(content, dict) and isinstance(content.get(key), dict)]
    named = wrapped[0] if wrapped else content
    if not isinstance(named, dict) or not named or not all(isinstance(stored, StoredTensor) for stored in named.values()):
        raise NotPlain("no dictionary of named tensors")
    return named


def _type(stored: StoredTensor) -> torch.dtype:
    match stored.storage:
        case ("storage", Name(name), str(), str(), int(), *rest) if name.removeprefix("torch ") in _TYPES and rest in ([], [None]):
            return _TYPES[name.removeprefix("torch ")]
    raise NotPlain("a tensor of a type that weights do not have")


def _tensor(stored: StoredTensor, storages: _Storages) -> Tensor:
    """A copy of its own; a description that goes beyond the file's numbers is refused."""
    kind, sides = _type(stored), (*stored.shape, *stored.stride, stored.offset)
    if len(stored.shape) != len(stored.stride) or not all(isinstance(side, int) and side >= 0 for side in sides):
        raise NotPlain("a tensor of no shape")
    content = storages(stored.storage[2])
    last = stored.offset + sum((side - 1) * step for side, step in zip(stored.shape, stored.stride, strict=True))
    if max(last, math.prod(stored.shape) - 1) >= len(content) // kind.itemsize or 0 in stored.shape:
        raise NotPlain("a tensor with more numbers than the file has, or with none")
    numbers = torch.frombuffer(bytearray(content), dtype=kind, count=len(content) // kind.itemsize)
    return numbers.as_strided(stored.shape, stored.stride, stored.offset).clone()
