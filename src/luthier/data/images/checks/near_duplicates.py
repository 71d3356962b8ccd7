"""near-duplicates: images that nearly equal another: encoded anew, resized, a little brighter."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "near-duplicates"
MANY = 0.01
"Share of such images from which it is a warning."


def check(images: ImageSet) -> Iterable[Finding]:
    """Count the images that nearly equal an earlier one."""
    first = np.unique(images.clusters, return_index=True)[1][images.clusters]
    repeated = np.flatnonzero(first != np.arange(len(first)))
    if count := len(repeated):
        share, one = count / images.dataset.rows, int(repeated[0])
        yield Finding(
            name=NAME,
            severity=Severity.WARN if share >= MANY else Severity.NOTE,
            evidence=f"{count:,} of {images.dataset.rows:,} images ({share:.1%}) equal or nearly equal an earlier one, "
            f"such as {images.names[one]!r} and {images.names[int(first[one])]!r}.",
            remedy="They stay on one side of every split. Remove them if they are copies by mistake.",
        )
