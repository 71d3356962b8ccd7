"""Fingerprints: what of each image is kept to compare it with all others: a hash of its pixels, and a small picture of its edges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float, UInt8, UInt64

from luthier.data.images.parallel import in_order

GRID = 16
"Side of the small gray picture that is compared."
FLAT = 1.0
"An image whose edges on that picture have less than this root mean square, in levels of 255, has nothing to compare."
_COLOR_GRID = 4
_BLOCK_BYTES = 4 << 20
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"ITU-R BT.601."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fingerprints:
    """One row an image."""

    hashes: UInt64[np.ndarray, " rows"]
    "Equal for equal pixels: in a million images two different ones meet with a chance of 3e-8."
    edges: Float[np.ndarray, "rows 256"]
    "The small gray picture after a Laplacian filter, of mean 0 and length 1: neither brightness nor contrast change it. Zeros where it is flat."
    colors: Float[np.ndarray, "rows 32"]
    "Red and blue less gray, in 4 × 4 cells, in levels; zeros for gray images."
    borders: Float[np.ndarray, "rows channel"]
    "Mean level of the outermost pixels, by channel."

    @property
    def digest(self) -> str:
        """A hash of the pixels of all images in their order."""
        return hashlib.blake2b(self.hashes.tobytes(), digest_size=16).hexdigest()


def take_fingerprints(pixels: UInt8[np.ndarray, "rows height width channel"]) -> Fingerprints:
    """Fingerprints of decoded images, in one pass over them.

    Example:
        >>> images = np.zeros((2, 8, 8, 1), dtype=np.uint8)
        >>> prints = take_fingerprints(images)
        >>> bool(prints.hashes[0] == prints.hashes[1])
        True
    """
    rows, height, width, channels = pixels.shape
    step = max(_BLOCK_BYTES // (height * width * channels), 1)
    blocks = [pixels[first : first + step] for first in range(0, rows, step)] or [pixels]
    small = partial(_of_block, _averages(height, GRID), _averages(width, GRID), _averages(height, _COLOR_GRID), _averages(width, _COLOR_GRID))
    hashes, edges, colors, borders = (np.concatenate(parts) for parts in zip(*in_order(small, blocks), strict=True))
    return Fingerprints(hashes=hashes, edges=edges, colors=colors, borders=borders)


def _of_block(
    over_rows: np.ndarray, over_columns: np.ndarray, coarse_rows: np.ndarray, coarse_columns: np.ndarray, block: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    levels = np.moveaxis(block, 3, 1).astype(np.float32)
    gray = levels[:, 0] if levels.shape[1] == 1 else np.tensordot(levels, _LUMA, axes=(1, 0))
    colors = np.zeros((len(block), 2, _COLOR_GRID, _COLOR_GRID), dtype=np.float32)
    if levels.shape[1] == 3:
        colors = coarse_rows @ (levels[:, [0, 2]] - gray[:, None]) @ coarse_columns.T
    return _hashes(block), _unit_edges(over_rows @ gray @ over_columns.T), colors.reshape(len(block), -1), _borders(levels)


def _hashes(block: np.ndarray) -> np.ndarray:
    digests = b"".join(hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=8).digest() for image in block)
    return np.frombuffer(digests, dtype=np.uint64)


def _unit_edges(small: np.ndarray) -> np.ndarray:
    """Each point less the mean of its four neighbors; mean 0 and length 1."""
    padded = np.pad(small, ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1] + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]
    edges = (small - around / 4).reshape(len(small), -1)
    edges -= edges.mean(axis=1, keepdims=True)
    length = np.linalg.norm(edges, axis=1, keepdims=True)
    return np.divide(edges, length, out=np.zeros_like(edges), where=length >= FLAT * GRID)


def _borders(levels: np.ndarray) -> np.ndarray:
    """Mean over the four outermost lines."""
    lines = [levels[:, :, 0], levels[:, :, -1], levels[:, :, :, 0], levels[:, :, :, -1]]
    return np.concatenate(lines, axis=2).mean(axis=2)


def _averages(size: int, cells: int) -> np.ndarray:
    """The matrix [cells, size] that averages a line of pixels over equal cells."""
    edges, pixel = np.linspace(0, size, cells + 1), np.arange(size)
    covered = np.clip(np.minimum(edges[1:, None], pixel + 1) - np.maximum(edges[:-1, None], pixel), 0, None)
    return (covered / covered.sum(axis=1, keepdims=True)).astype(np.float32)
