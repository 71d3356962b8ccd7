"""Image sets of the benchmarks, with the rows that nobody learns from.

- `fashion`: Fashion-MNIST as published, 60,000 to learn from and 10,000 sealed, from the Debian package dataset-fashion-mnist.
- `emoji`: 1,906 colored emoji of 64 x 64 pixels in 9 classes, from a zip of class folders; one in five of each class is sealed here, by a fixed seed.
"""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from luthier.core.seeds import numpy_rng
from scripts.fashion_subset import CLASSES, SOURCE, read_idx

SETS = ("fashion", "emoji")
SEALED_SHARE = 0.2
EMOJI = Path(__file__).parents[2] / "shared" / "data" / "images_emoji_colour.zip"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageRows:
    """One set, divided."""

    name: str
    folder: Path
    "What a user would give to `luthier fit`: it seals the same rows."
    classes: tuple[str, ...]
    train: np.ndarray
    "uint8 [rows, height, width, channels]."
    truth: np.ndarray
    "Class numbers of the training rows."
    sealed: np.ndarray
    sealed_truth: np.ndarray

    @property
    def facts(self) -> str:
        """How much there is, in words."""
        height, width, channels = self.train.shape[1:]
        rows = f"{len(self.train):,} images of {width} x {height} x {channels} to learn from, {len(self.sealed):,} sealed"
        return f"{self.name}: {rows}, {len(self.classes)} classes"

    def write(self, folder: Path) -> None:
        """The files that peers read: the truth of the sealed rows is not among them."""
        for name in ("train", "truth", "sealed"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        (folder / "facts.json").write_text(json.dumps({"classes": len(self.classes)}))

    def toy(self, rows: int, work: Path) -> ImageRows:
        """So many training images and as many sealed ones at most, to try a benchmark; its folder holds PNG files."""
        folder = work / f"{self.name}-{rows}"
        shutil.rmtree(folder, ignore_errors=True)
        classes = tuple(name.replace("/", " or ") for name in self.classes)
        kept = {name: numpy_rng(0, "toy", name).permutation(len(getattr(self, name)))[:rows] for name in ("train", "sealed")}
        toy = replace(
            self,
            folder=folder,
            classes=classes,
            train=self.train[kept["train"]],
            truth=self.truth[kept["train"]],
            sealed=self.sealed[kept["sealed"]],
            sealed_truth=self.sealed_truth[kept["sealed"]],
        )
        for part, images, truth in (("train", toy.train, toy.truth), ("test", toy.sealed, toy.sealed_truth)):
            for number, (image, label) in enumerate(zip(images, truth, strict=True)):
                place = folder / part / classes[label] / f"{number:05}.png"
                place.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image.squeeze()).save(place)
        return toy


def image_set(name: str, work: Path, *, archive: Path | None = None) -> ImageRows:
    """The set of that name."""
    return fashion(work) if name == "fashion" else emoji(work, archive or EMOJI)


def fashion(work: Path) -> ImageRows:
    """Fashion-MNIST; a folder in `work` gives its classes their names.

    Raises:
        SystemExit: the Debian package is not installed.
    """
    if not SOURCE.exists():
        raise SystemExit(f"Fashion-MNIST must be in {SOURCE}. Run: sudo apt-get install dataset-fashion-mnist")
    folder = work / "fashion-mnist"
    folder.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.glob("*.gz"):
        if not (folder / file.name).exists():
            (folder / file.name).symlink_to(file)
    (folder / "classes.txt").write_text("\n".join(CLASSES) + "\n")
    (train, sealed), (truth, sealed_truth) = (
        [read_idx(SOURCE / f"{part}-{kind}-ubyte.gz") for part in ("train", "t10k")] for kind in ("images-idx3", "labels-idx1")
    )
    return ImageRows(
        name="fashion",
        folder=folder,
        classes=CLASSES,
        train=train[..., None],
        truth=truth.astype(np.int64),
        sealed=sealed[..., None],
        sealed_truth=sealed_truth.astype(np.int64),
    )


def emoji(work: Path, archive: Path = EMOJI) -> ImageRows:
    """The emoji, written as `train/CLASS/` and `test/CLASS/` below `work`.

    Raises:
        SystemExit: there is no such archive.
    """
    if not archive.exists():
        raise SystemExit(f"The emoji must be at {archive}, but nothing is there. Name the archive with --emoji.")
    folder = work / "emoji"
    if not folder.exists():
        _unpack(archive, folder)
    (train, truth), (sealed, sealed_truth) = (_read(folder / part) for part in ("train", "test"))
    classes = tuple(sorted(place.name for place in (folder / "train").iterdir()))
    return ImageRows(name="emoji", folder=folder, classes=classes, train=train, truth=truth, sealed=sealed, sealed_truth=sealed_truth)


def _unpack(archive: Path, folder: Path) -> None:
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with zipfile.ZipFile(archive) as content:
        by_class: dict[str, list[str]] = {}
        for name in sorted(name for name in content.namelist() if name.endswith(".png")):
            by_class.setdefault(Path(name).parent.name, []).append(name)
        for label, names in by_class.items():
            sealed = set(numpy_rng(0, "sealed images", label).permutation(len(names))[: round(SEALED_SHARE * len(names))].tolist())
            for number, name in enumerate(names):
                place = part / ("test" if number in sealed else "train") / label / Path(name).name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read(name))
    os.replace(part, folder)


def _read(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels on white, and class numbers, class after class."""
    labels = sorted(place.name for place in folder.iterdir())
    files = [(number, file) for number, label in enumerate(labels) for file in sorted((folder / label).iterdir())]
    return np.stack([on_white(file) for _, file in files]), np.array([number for number, _ in files])


def on_white(file: Path) -> np.ndarray:
    """One image in red, green and blue; where it is transparent it is white."""
    image = Image.open(file).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))
