"""Cut the small Fashion-MNIST that comes with the package out of the full one, which the Debian package dataset-fashion-mnist holds.

    python -m scripts.fashion_subset [--source FOLDER] [--out FOLDER]

Of each class the first 300 training pictures and the first 150 test pictures stay, in the order in which they stand. The same source gives the
same files, byte for byte where the same zlib compresses them.
"""

from __future__ import annotations

import argparse
import gzip
import math
import struct
from pathlib import Path

import numpy as np

SOURCE = Path("/usr/share/datasets/fashion-mnist")
"Where the Debian package puts it."
OUT = Path(__file__).parent.parent / "src" / "luthier" / "examples" / "fashion_mnist"
KEPT = {"train": 300, "t10k": 150}
"Pictures of each class, by the part they come from."
CLASSES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
"What the labels 0 to 9 mean, as Zalando names them."
UNSIGNED_BYTES = 0x0800
"In the head of an idx file: the type of its numbers, above the number of its axes."


def read_idx(file: Path) -> np.ndarray:
    """The numbers of a compressed idx file."""
    content = gzip.decompress(file.read_bytes())
    (magic,) = struct.unpack(">i", content[:4])
    axes = magic - UNSIGNED_BYTES
    shape = struct.unpack(f">{axes}i", content[4 : 4 + 4 * axes])
    numbers = np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * axes)
    assert numbers.size == math.prod(shape), f"{file} is cut off"
    return numbers.reshape(shape)


def write_idx(file: Path, numbers: np.ndarray) -> None:
    """Write numbers as a compressed idx file, without a time stamp."""
    head = struct.pack(f">{1 + numbers.ndim}i", UNSIGNED_BYTES + numbers.ndim, *numbers.shape)
    file.write_bytes(gzip.compress(head + numbers.tobytes(), compresslevel=9, mtime=0))


def first_of_each(labels: np.ndarray, kept: int) -> np.ndarray:
    """Places of the first so many rows of every class, in their order.

    Example:
        >>> first_of_each(np.array([1, 0, 1, 1, 0]), 2).tolist()
        [0, 1, 2, 4]
    """
    return np.sort(np.concatenate([np.flatnonzero(labels == label)[:kept] for label in np.unique(labels)]))


def cut(source: Path, out: Path) -> None:
    """Write the small set: images and labels of both parts, and the names of the classes."""
    out.mkdir(parents=True, exist_ok=True)
    for part, kept in KEPT.items():
        labels = read_idx(source / f"{part}-labels-idx1-ubyte.gz")
        rows = first_of_each(labels, kept)
        write_idx(out / f"{part}-labels-idx1-ubyte.gz", labels[rows])
        write_idx(out / f"{part}-images-idx3-ubyte.gz", read_idx(source / f"{part}-images-idx3-ubyte.gz")[rows])
    (out / "classes.txt").write_text("\n".join(CLASSES) + "\n")


def main() -> None:
    """Cut, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--out", type=Path, default=OUT)
    wanted = parser.parse_args()
    cut(wanted.source, wanted.out)
    for file in sorted(wanted.out.iterdir()):
        print(f"{file.name}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
