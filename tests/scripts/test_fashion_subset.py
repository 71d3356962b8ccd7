from __future__ import annotations

import gzip

import numpy as np
import pytest

from scripts.fashion_subset import KEPT, cut, read_idx, write_idx


@pytest.fixture
def source(tmp_path):
    """A full set in small: labels in disorder, each picture filled with its own number."""
    for part, kept in KEPT.items():
        labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), kept + 2))
        numbers = np.arange(len(labels)) % 251
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", labels)
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", np.broadcast_to(numbers[:, None, None], (len(labels), 2, 2)).astype(np.uint8))
    return tmp_path


def test_of_each_class_the_first_pictures_stay_with_their_labels(source, tmp_path):
    cut(source, tmp_path / "small")

    for part, kept in KEPT.items():
        labels, pictures = (read_idx(tmp_path / "small" / f"{part}-{name}-ubyte.gz") for name in ("labels-idx1", "images-idx3"))
        before = read_idx(source / f"{part}-labels-idx1-ubyte.gz")
        expected = np.flatnonzero([np.sum(before[:place] == label) < kept for place, label in enumerate(before)])
        assert labels.tolist() == before[expected].tolist()
        assert pictures[:, 0, 0].tolist() == (expected % 251).tolist()


def test_cutting_twice_gives_the_same_files(source, tmp_path):
    cut(source, tmp_path / "first")
    cut(source, tmp_path / "second")

    assert [file.read_bytes() for file in sorted((tmp_path / "first").iterdir())] == [file.read_bytes() for file in sorted((tmp_path / "second").iterdir())]


def test_idx_files_have_the_head_that_mnist_has(tmp_path):
    write_idx(tmp_path / "images.gz", np.zeros((2, 3, 4), dtype=np.uint8))

    assert gzip.decompress((tmp_path / "images.gz").read_bytes())[:16].hex() == "00000803000000020000000300000004"
