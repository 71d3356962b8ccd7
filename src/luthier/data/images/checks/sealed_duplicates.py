"""sealed-duplicates: training images that nearly equal a test image, where the source itself divides its images."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet
from luthier.data.images.splits import joined_clusters, left_out
from luthier.data.wording import listed

NAME = "sealed-duplicates"


def check(images: ImageSet) -> Iterable[Finding]:
    """Count the training images that no network may learn from."""
    rows = np.flatnonzero(left_out(images))
    if len(rows) and images.sealed is not None:
        sealed = np.flatnonzero(images.sealed & np.isin(joined_clusters(images), joined_clusters(images)[rows]))
        alike = "nearly equal a sealed test image" + (" or are of its group" if images.dataset.schema.group else "")
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"{len(rows):,} of {int((~images.sealed).sum()):,} training images {alike}: {listed([images.names[int(row)] for row in rows[:3]])}, "
            f"beside {len(sealed):,} test images.",
            remedy="They were left out of the training, so that the score is true. Scores published for this division may contain them.",
        )
