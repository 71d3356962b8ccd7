"""The manifest: what a bundle is, and a hash of every other file in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from luthier.bundle.calibration import Calibration
from luthier.core.errors import BundleDamaged, BundleError, BundleMissing, BundleTooNew
from luthier.core.task import Column, ColumnKind, PixelShape, Schema, Task, TaskKind

FORMAT = 2
"Number of the newest form of a bundle: raised when an older Luthier could misread it. Form 1 holds tables, form 2 also images."
MANIFEST, MODEL, WEIGHTS = "manifest.json", "model.onnx", "weights.safetensors"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything about a model but its weights."""

    task: Task
    schema: Schema
    calibration: Calibration
    recipes: tuple[Mapping[str, Any], ...]
    "For each stack of networks: its recipe, the folds and weights of its members."
    scores: Mapping[str, Any]
    "Sealed scores with their intervals."
    provenance: Mapping[str, Any]
    "Versions, seed, hashes, date."
    files: Mapping[str, str]
    "SHA-256 of every other file by its name."
    pixels: PixelShape | None = None
    "What the networks see of an image; None where they see columns of a table."

    @property
    def format(self) -> int:
        """Number of the first form of a bundle that can hold this."""
        return 1 if self.pixels is None else 2

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        record = asdict(self) | {"format": self.format}
        if self.pixels is None:  # as before there were images
            del record["pixels"]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Manifest:
        """The manifest that `to_json` wrote."""
        task, schema, calibration = record["task"], record["schema"], record["calibration"]
        columns = tuple(Column(**{**column, "kind": ColumnKind(column["kind"])}) for column in schema["columns"])
        return cls(
            task=Task(**{**task, "kind": TaskKind(task["kind"]), "classes": tuple(task["classes"])}),
            schema=Schema(columns=columns, time=schema["time"], group=schema["group"]),
            calibration=Calibration(**{**calibration, **{name: tuple(calibration[name]) for name in ("interval_edges", "interval_half_widths")}}),
            recipes=tuple(record["recipes"]),
            scores=record["scores"],
            provenance=record["provenance"],
            files=record["files"],
            pixels=PixelShape(**record["pixels"]) if "pixels" in record else None,
        )


def manifest_text(manifest: Manifest) -> str:
    """The manifest.json: the record, and a hash of the record itself."""
    record = manifest.to_json()
    return json.dumps(record | {"sha256": record_hash(record)}, ensure_ascii=False, indent=1, allow_nan=False)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a bundle; the files that it names have not been looked at yet.

    Raises:
        BundleMissing: there is no bundle.
        BundleTooNew: it was written by a newer Luthier.
        BundleDamaged: it cannot be read, or is not the one that was written.
    """
    path = folder / MANIFEST
    if not path.is_file():
        what = "is not there" if not folder.exists() else f"has no {MANIFEST}" if folder.is_dir() else "is a file"
        raise BundleMissing(f"A model is a folder that `luthier fit` wrote, but {folder} {what}. Give the folder that the fit named.")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        number = int(record["format"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleDamaged(f"{path} cannot be read as a manifest. Restore the bundle from a copy.") from error
    if number > FORMAT:
        raise BundleTooNew(f"{folder} has format {number}, but this Luthier reads formats up to {FORMAT}. Upgrade Luthier.")
    if record.pop("sha256", None) != record_hash(record):
        raise BundleDamaged(f"{path} is not the file that was written: its hash differs. Restore the bundle from a copy.")
    try:
        return Manifest.from_json(record)
    except (KeyError, TypeError, ValueError, AttributeError, BundleError) as error:
        raise BundleDamaged(f"{path} lacks something that format {number} has. Restore the bundle from a copy.") from error


def verified_files(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """The content of every file, each compared with its hash.

    Raises:
        BundleMissing: a file is not there.
        BundleDamaged: a file is not the one that was written, or a name leads out of the folder.
    """
    for needed in (MODEL, WEIGHTS):
        if needed not in manifest.files:
            raise BundleDamaged(f"{folder / MANIFEST} must name {needed}, but it does not. Restore the bundle from a copy.")
    return {name: verified_file(folder, manifest, name) for name in manifest.files}


def verified_file(folder: Path, manifest: Manifest, name: str) -> bytes:
    """The content of one file, compared with its hash.

    Raises:
        BundleMissing: it is not there.
        BundleDamaged: it is not the one that was written, or its name leads out of the folder.
    """
    path, expected = folder / name, manifest.files[name]
    if not _PLAIN_NAME.fullmatch(name) or path.is_symlink():
        raise BundleDamaged(f"{folder / MANIFEST} names the file {name!r}, which is not a plain file inside the bundle. Do not use this bundle.")
    if not path.is_file():
        raise BundleMissing(f"The bundle {folder} must hold {name}, but it is missing. Restore the bundle from a copy.")
    content = path.read_bytes()
    if sha256(content) != expected:
        raise BundleDamaged(f"{path} is not the file that was written: its hash differs from the manifest. Restore the bundle from a copy.")
    return content


def sha256(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def record_hash(record: Mapping[str, Any]) -> str:
    """Of the content, whatever the spacing and the order of the keys."""
    return sha256(json.dumps(record, sort_keys=True, separators=(",", ":")).encode())
