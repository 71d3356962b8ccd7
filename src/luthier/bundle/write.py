"""Writing a bundle: a folder that appears whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from luthier.bundle.manifest import MANIFEST, MODEL, WEIGHTS, Manifest, manifest_text, sha256
from luthier.bundle.reference import REFERENCE
from luthier.bundle.weights import without_weights
from luthier.core.files import whole_folder


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contents:
    """What stands in a bundle beside its manifest."""

    graph: bytes
    "The model.onnx, with its weights inside."
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
    reference: bytes | None = None
    "Rows that the fit saw, for a monitor to compare later ones with; None keeps none."


def write_bundle(
    folder: Path, manifest: Manifest, contents: Contents, *, force: bool = False, write: Callable[[Path, bytes], object] = Path.write_bytes
) -> Manifest:
    """Write all files, and last the manifest with their hashes.

    The weights are stored once: model.onnx refers to those in weights.safetensors.

    Args:
        write: puts bytes into a file; a test passes one that fails.

    Raises:
        OutputExists: something is at `folder` and `force` was not given.
        OutputUnwritable: the disk is full or the folder read-only; what stood there is unchanged.
    """
    weights = save(dict(contents.tensors))
    files: dict[str, bytes] = {
        MODEL: without_weights(contents.graph, weights),
        WEIGHTS: weights,
        "layout.json": _json(contents.layout),
        "profile.json": _json(contents.profile),
        "report.json": _json(contents.report),
        "report.html": contents.page.encode(),
        "card.md": contents.card.encode(),
    }
    if contents.reference is not None:
        files[REFERENCE] = contents.reference
    with whole_folder(folder, force=force) as temporary:
        for name, content in files.items():
            write(temporary / name, content)
        complete = replace(manifest, files={name: sha256(content) for name, content in files.items()})
        write(temporary / MANIFEST, manifest_text(complete).encode())
    return complete


def _json(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False).encode()
