"""class-imbalance: classes that are rare beside the others; what tables are asked, asked of images."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding
from luthier.data.checks import imbalance
from luthier.data.images.image_set import ImageSet

NAME = imbalance.NAME


def check(images: ImageSet) -> Iterable[Finding]:
    """Compare the rarest class with an equal share."""
    return imbalance.check(images.dataset)
