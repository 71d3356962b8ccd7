"""unreadable-image: files that cannot be decoded."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "unreadable-image"
_SHOWN = 5


def check(images: ImageSet) -> Iterable[Finding]:
    """Name the images that were set aside, with the reason."""
    if count := len(images.unreadable):
        shown = "; ".join(f"{name!r}: {reason}" for name, reason in images.unreadable[:_SHOWN])
        more = f"; and {count - _SHOWN:,} more" if count > _SHOWN else ""
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"{count:,} of {count + images.dataset.rows:,} images cannot be read and were set aside ({shown}{more}).",
            remedy="Bring them anew from their source, or remove them.",
        )
