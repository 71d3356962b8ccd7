"""Writing a bundle: a folder that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from luthier.bundle.manifest import MANIFEST, Manifest, sha256
from luthier.bundle.model import MODEL
from luthier.core.files import whole_folder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contents:
    """What stands in a bundle beside its manifest."""

    graph: bytes
    "The model.onnx."
    tensors: Mapping[str, np.ndarray]
    "All learned numbers, for weights.safetensors."
    layout: Mapping[str, Any]
    "Which numbers and codes the networks see of each column."
    profile: Mapping[str, Any]
    "What the training rows looked like."
    report: Mapping[str, Any]
    "The record behind the report."
    page: str
    "The report as HTML."
    card: str
    "The model card as Markdown."


def write_bundle(folder: Path, manifest: Manifest, contents: Contents, *, force: bool = False) -> Manifest:
    """Write all files, and last the manifest with their hashes.

    Raises:
        OutputExists: something is at `folder` and `force` was not given.
        OutputUnwritable: the disk is full or the folder read-only; what stood there is unchanged.
    """
    files: dict[str, bytes] = {
        MODEL: contents.graph,
        "weights.safetensors": save(dict(contents.tensors)),
        "layout.json": _json(contents.layout),
        "profile.json": _json(contents.profile),
        "report.json": _json(contents.report),
        "report.html": contents.page.encode(),
        "card.md": contents.card.encode(),
    }
    with whole_folder(folder, force=force) as temporary:
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        complete = replace(manifest, files={name: sha256(temporary / name) for name in files})
        (temporary / MANIFEST).write_bytes(_json(complete.to_json()))
    return complete


def _json(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False).encode()
