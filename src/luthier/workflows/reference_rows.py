"""Which rows of a fit are kept in its bundle, for a monitor to compare later ones with."""

from __future__ import annotations

import numpy as np

from luthier.bundle import Role, reference_bytes, reference_part
from luthier.core.seeds import numpy_rng
from luthier.core.task import PixelShape
from luthier.workflows.ensembling import Mixture
from luthier.workflows.judging import Judgement
from luthier.workflows.preparation import Preparation
from luthier.workflows.training import Training

MOST_ROWS = 4_000
"Of each role. A shift of 0.1 deviations is found among so many."
FEWEST_IMAGES, MOST_LEVELS = 200, 25_000_000
"Images of each role, and levels of all of them together: a network looks at each, and time is short at the end of a fit."


def reference_rows(prepared: Preparation, training: Training, mixture: Mixture, judgement: Judgement, graph: bytes, *, seed: int) -> bytes:
    """The file `reference.parquet`: training rows with out-of-fold answers, and sealed rows with the finished model's."""
    material, split, task = prepared.material, prepared.split, prepared.dataset.task
    most, latest = most_rows(prepared.pixels), split.kind == "time"
    parts = []
    for role, rows, predictions in (
        (Role.TRAIN, material.in_dataset(training.oof_rows), mixture.predictions),
        (Role.SEALED, split.test, judgement.predictions),
    ):
        places = _drawn(len(rows), latest=latest, seed=seed, most=most)
        kept = rows[places]
        parts.append(reference_part(material.traits(kept, graph), role, task, prepared.dataset.target[kept], predictions[places]))
    return reference_bytes(parts)


def most_rows(shape: PixelShape | None) -> int:
    """Rows of each role that are kept at most; fewer of large images.

    Example:
        >>> most_rows(None), most_rows(PixelShape(channels=3, height=64, width=64)), most_rows(PixelShape(channels=3, height=224, width=224))
        (4000, 2034, 200)
    """
    return MOST_ROWS if shape is None else min(max(MOST_LEVELS // shape.values, FEWEST_IMAGES), MOST_ROWS)


def _drawn(rows: int, *, latest: bool, seed: int, most: int = MOST_ROWS) -> np.ndarray:
    """Places in their order: the last ones where time matters, so that neighbors stay neighbors; else drawn at random."""
    if latest or rows <= most:
        return np.arange(max(0, rows - most), rows)
    return np.sort(numpy_rng(seed, "reference").permutation(rows)[:most])
