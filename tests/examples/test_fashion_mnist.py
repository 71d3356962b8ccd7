from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from scripts.fashion_subset import CLASSES, KEPT, read_idx

FOLDER = Path(str(files("luthier.examples") / "fashion_mnist"))


@pytest.mark.parametrize("part", KEPT)
def test_the_shipped_pictures_are_balanced_and_as_many_as_their_labels(part):
    labels, pictures = read_idx(FOLDER / f"{part}-labels-idx1-ubyte.gz"), read_idx(FOLDER / f"{part}-images-idx3-ubyte.gz")

    assert np.bincount(labels).tolist() == [KEPT[part]] * 10
    assert pictures.shape == (10 * KEPT[part], 28, 28)


def test_the_shipped_pictures_stay_under_four_megabytes_and_name_their_classes():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 4_000_000
    assert tuple((FOLDER / "classes.txt").read_text().splitlines()) == CLASSES
