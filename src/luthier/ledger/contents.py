"""Contents: the files of a model, compared with the hashes in its manifest, wherever they are read from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from luthier.core.errors import BundleDamaged, BundleMissing

MANIFEST = "manifest.json"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A model whose files are what they were when it was written."""

    hash: str
    "SHA-256 of the manifest, which holds the hashes of all other files."
    target: str
    "The column that is predicted."
    task: str
    "binary, multiclass or regression."
    scores: Mapping[str, Any]
    "Sealed scores with their intervals."
    files: Mapping[str, bytes]
    "All files by their names, the manifest last."


def read_contents(where: str, read: Callable[[str], bytes], *, expected: str | None = None) -> Contents:
    """Read a model and compare every file with its hash.

    Args:
        where: names the place in messages.
        read: the content of a file by its name; raises FileNotFoundError.
        expected: the hash that the model must have.

    Raises:
        BundleMissing: a file is not there.
        BundleDamaged: a file is not the one that was written, or it is another model.
    """
    manifest = _read(where, read, MANIFEST)
    record = _record(where, manifest)
    found = record["sha256"]
    if expected not in (None, found):
        raise BundleDamaged(f"{where} must hold the model {str(expected)[:12]}, but it holds {found[:12]}. Restore it from a copy.")
    files = {name: _verified(where, read, name, digest) for name, digest in record["files"].items()}
    return Contents(hash=found, target=record["task"]["target"], task=record["task"]["kind"], scores=record["scores"], files={**files, MANIFEST: manifest})


def _record(where: str, manifest: bytes) -> dict[str, Any]:
    try:
        record = dict(json.loads(manifest))
        rest = {name: value for name, value in record.items() if name != "sha256"}
        whole = record["sha256"] == _sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode())
        whole = whole and isinstance(record["files"], dict) and {"target", "kind"} <= record["task"].keys() and "scores" in record
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise BundleDamaged(f"{where} must hold a model, but its {MANIFEST} is not the file that was written. Restore it from a copy.")
    return record


def _verified(where: str, read: Callable[[str], bytes], name: str, digest: str) -> bytes:
    if not _PLAIN_NAME.fullmatch(name) or name == MANIFEST:
        raise BundleDamaged(f"The manifest of {where} names the file {name!r}, which is not a plain file beside it. Do not use this model.")
    content = _read(where, read, name)
    if _sha256(content) != digest:
        raise BundleDamaged(f"{where} is damaged: the hash of {name} differs from the manifest. Restore it from a copy.")
    return content


def _read(where: str, read: Callable[[str], bytes], name: str) -> bytes:
    try:
        return read(name)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise BundleMissing(f"{where} must hold a model, but its {name} is missing. Give the folder that `luthier fit` wrote.") from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
