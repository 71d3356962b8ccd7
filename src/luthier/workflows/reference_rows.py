"""Which rows of a fit are kept in its bundle, for a monitor to compare later ones with."""

from __future__ import annotations

import numpy as np

from luthier.bundle import Role, reference_bytes, reference_part
from luthier.core.seeds import numpy_rng
from luthier.workflows.ensembling import Mixture
from luthier.workflows.judging import Judgement
from luthier.workflows.preparation import Preparation
from luthier.workflows.training import Training

MOST_ROWS = 4_000
"Of each role. A shift of 0.1 deviations is found among so many."


def reference_rows(prepared: Preparation, training: Training, mixture: Mixture, judgement: Judgement, graph: bytes, *, seed: int) -> bytes:
    """The file `reference.parquet`: training rows with out-of-fold answers, and sealed rows with the finished model's."""
    material, split = prepared.material, prepared.split
    learned = material.in_dataset(training.oof_rows)
    sealed = split.test
    parts = [
        (Role.TRAIN, learned, mixture.predictions),
        (Role.SEALED, sealed, judgement.predictions),
    ]
    kept = [(role, rows, predictions, _drawn(len(rows), latest=split.kind == "time", seed=seed)) for role, rows, predictions in parts]
    return reference_bytes(
        [
            reference_part(material.traits(rows[places], graph), role, prepared.dataset.task, prepared.dataset.target[rows[places]], predictions[places])
            for role, rows, predictions, places in kept
        ]
    )


def _drawn(rows: int, *, latest: bool, seed: int) -> np.ndarray:
    """Places in their order: the last ones where time matters, so that neighbors stay neighbors; else drawn at random."""
    if latest or rows <= MOST_ROWS:
        return np.arange(max(0, rows - MOST_ROWS), rows)
    return np.sort(numpy_rng(seed, "reference").permutation(rows)[:MOST_ROWS])
