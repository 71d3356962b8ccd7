"""few-images: so few images that every score is loose."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "few-images"
FEW = 200
"Below this many images the sealed test holds fewer than 40."


def check(images: ImageSet) -> Iterable[Finding]:
    """Compare the images with what a score needs."""
    rows, sealed = images.dataset.rows, images.sealed
    tested = rows // 5 if sealed is None else int(sealed.sum())
    if tested < FEW // 5:
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"There are {rows} images, and the sealed test holds about {tested} of them.",
            remedy="Expect wide intervals around every score. More images help more than more time.",
        )
