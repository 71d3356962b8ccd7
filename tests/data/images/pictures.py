"""Pictures made on the spot, folders of them, and image sets."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from luthier.data.images import ImageRow, ImageSet, Listing, build_image_set


def picture(seed: int, *, height: int = 32, width: int = 32, channels: int = 3) -> np.ndarray:
    """Soft random blobs: uint8 [height, width, channel]."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, channels), dtype=np.uint8)
    planes = [Image.fromarray(coarse[:, :, channel]).resize((width, height), Image.Resampling.BICUBIC) for channel in range(channels)]
    return np.stack([np.asarray(plane) for plane in planes], axis=2)


def save(path: Path, pixels: np.ndarray, **options: Any) -> Path:
    """Write a picture in the format of its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(path, **options)
    return path


def class_folders(root: Path, counts: Mapping[str, int], *, first_seed: int = 0) -> Path:
    """PNG files `CLASS/NUMBER.png`, all different."""
    seed = first_seed
    for name, count in counts.items():
        for number in range(count):
            save(root / name / f"{number:03}.png", picture(seed, height=12, width=12))
            seed += 1
    return root


def write_idx(path: Path, array: np.ndarray) -> Path:
    """An idx file of unsigned bytes, gzipped where its name says so."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    content = header + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def mnist_folder(root: Path, *, train: int = 30, test: int = 12, ending: str = "") -> Path:
    """Images and labels 0 to 2 in the layout of MNIST."""
    root.mkdir(exist_ok=True)
    for part, rows, seed in (("train", train, 0), ("t10k", test, 1)):
        write_idx(root / f"{part}-images-idx3-ubyte{ending}", np.random.default_rng(seed).integers(0, 256, (rows, 8, 6)))
        write_idx(root / f"{part}-labels-idx1-ubyte{ending}", np.arange(rows) % 3)
    return root


def image_set(
    cache: Path,
    pixels: np.ndarray,
    labels: Sequence[Any],
    *,
    names: Sequence[str] | None = None,
    sealed: np.ndarray | None = None,
    groups: Sequence[str] | None = None,
) -> ImageSet:
    """An image set of decoded pixels [rows, height, width, channel]."""
    listing = Listing(
        name="pictures",
        references=tuple(ImageRow(pixels, row) for row in range(len(pixels))),
        names=tuple(names or [f"{label}/{row}.png" for row, label in enumerate(labels)]),
        labels=pl.Series("label", labels),
        sealed=sealed,
        groups=None if groups is None else pl.Series("group", groups),
    )
    return build_image_set(listing, cache=cache)


def pictures(count: int, *, first_seed: int = 0) -> np.ndarray:
    """Different pictures of 16 × 16."""
    return np.stack([picture(seed, height=16, width=16) for seed in range(first_seed, first_seed + count)])


def taking_at_most(images: int, pixels: np.ndarray) -> SparinglyTaken:
    """These pixels, as if they lay in a file larger than memory: no more images than these may be taken out of them at one time."""
    spared = pixels.view(SparinglyTaken)
    spared.most_images = images
    return spared


class SparinglyTaken(np.ndarray):
    """Pixels that may not be copied as a whole."""

    most_images = 0

    def __array_finalize__(self, source: Any) -> None:
        self.most_images = getattr(source, "most_images", 0)

    def __getitem__(self, places: Any) -> Any:
        """Rows by their numbers; a part that is no copy is given freely."""
        if isinstance(places, np.ndarray) and self.ndim == 4:
            assert places.size <= self.most_images, f"{places.size} images were taken at one time"
        return super().__getitem__(places)
