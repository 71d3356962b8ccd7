"""missing-image: paths of a table that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet
from luthier.data.wording import listed

NAME = "missing-image"


def check(images: ImageSet) -> Iterable[Finding]:
    """Name the paths whose rows were set aside."""
    if count := len(images.missing):
        yield Finding(
            name=NAME,
            severity=Severity.WARN,
            evidence=f"{count:,} of the table's paths lead to no file, and their rows were set aside: {listed(images.missing)}.",
            remedy="Put the files there, or correct the paths; they are relative to the table.",
        )
