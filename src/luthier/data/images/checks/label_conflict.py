"""label-conflict: nearly equal images with different labels."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "label-conflict"
_SHOWN = 4


def check(images: ImageSet) -> Iterable[Finding]:
    """List clusters of near duplicates that hold several classes."""
    pairs = conflicting_pairs(images)
    if len(pairs):
        names, target, classes = images.names, images.dataset.target, images.dataset.task.classes
        shown = "; ".join(
            f"{names[int(one)]!r} is {classes[target[one]]!r}, {names[int(other)]!r} is {classes[target[other]]!r}" for one, other in pairs[:_SHOWN]
        )
        more = f"; and {len(pairs) - _SHOWN:,} more" if len(pairs) > _SHOWN else ""
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"{len(pairs):,} {'image has' if len(pairs) == 1 else 'images have'} another label than one that nearly equals it ({shown}{more}).",
            remedy="Either label may be wrong, or the classes overlap. Correct the labels, or remove such images.",
        )


def conflicting_pairs(images: ImageSet) -> np.ndarray:
    """For each image that differs in its class from the first of its cluster: the numbers of both. Shape [pairs, 2]."""
    if not images.dataset.task.kind.is_classification:
        return np.empty((0, 2), dtype=np.int64)
    first = np.unique(images.clusters, return_index=True)[1][images.clusters]
    differing = np.flatnonzero(images.dataset.target != images.dataset.target[first])
    return np.stack([first[differing], differing], axis=1)
