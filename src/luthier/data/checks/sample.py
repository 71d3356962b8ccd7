"""The rows that a statistic is taken from where all of them would be slow."""

from __future__ import annotations

import numpy as np

from luthier.core.seeds import numpy_rng
from luthier.data.dataset import Dataset


def sample_rows(dataset: Dataset, *, most: int, purpose: str) -> np.ndarray:
    """At most that many row numbers in a random order that depends on the purpose only."""
    return numpy_rng(0, "check", purpose).permutation(dataset.rows)[:most]


def sampled_words(rows: np.ndarray, dataset: Dataset) -> str:
    """How many rows, or images, were looked at, in words.

    Every check that samples says so in its evidence.
    """
    whole = f"{dataset.rows:,} {dataset.rows_called}"
    return f"{len(rows):,} of {whole}" if len(rows) < dataset.rows else f"all {whole}"
