"""class-too-small: classes with too few different images to be learned and judged."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet
from luthier.data.wording import listed

NAME = "class-too-small"
FEW = 10
"Below this many different images a class's scores say little."


def check(images: ImageSet) -> Iterable[Finding]:
    """Count the different images of each class, near duplicates once."""
    if not images.dataset.task.kind.is_classification:
        return
    classes = images.dataset.task.classes
    different = _different(images, np.ones(images.dataset.rows, dtype=bool))
    if single := [name for name, count in zip(classes, different, strict=True) if count == 1]:
        yield Finding(
            name=NAME,
            severity=Severity.REFUSE,
            evidence=f"A class needs 2 different images, one to learn from and one to judge by, but these have one: {listed(single)}.",
            remedy="Add images, join the class with another, or remove it.",
        )
    unlearned = [] if images.sealed is None else [name for name, count in zip(classes, _different(images, ~images.sealed), strict=True) if count == 0]
    if unlearned:
        yield Finding(
            name=NAME,
            severity=Severity.REFUSE,
            evidence=f"A class needs images to learn from, but these have test images only: {listed(unlearned)}.",
            remedy="Add training images, or remove the class from the test.",
        )
    if few := {name: int(count) for name, count in zip(classes, different, strict=True) if 1 < count < FEW}:
        shown = ", ".join(f"{name!r} has {count}" for name, count in list(few.items())[:8])
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"Some classes have fewer than {FEW} different images: {shown}.",
            remedy="Their scores are loose, and not every fold holds them. Add images, or join classes.",
        )


def _different(images: ImageSet, rows: np.ndarray) -> np.ndarray:
    """Clusters in which each class occurs."""
    count = len(images.dataset.task.classes)
    pairs = np.unique(images.clusters[rows] * count + images.dataset.target[rows])
    return np.bincount(pairs % count, minlength=count)
