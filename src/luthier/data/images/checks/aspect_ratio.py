"""wild-aspect-ratio: images of quite another shape than the rest, which resizing squeezes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from luthier.core.findings import Finding, Severity
from luthier.data.images.image_set import ImageSet

NAME = "wild-aspect-ratio"
WILD = 2.0
"An image this many times as wide, or as tall, for its other side as the network's input is told of."
MANY = 0.05
"Share of such images from which it is a warning."


def check(images: ImageSet) -> Iterable[Finding]:
    """Compare each image with the shape that the network sees."""
    own = np.array([probe.width / probe.height for probe in images.probes])
    stretch = np.abs(np.log(own * images.shape.height / images.shape.width))
    wild = np.flatnonzero(stretch >= np.log(WILD))
    if count := len(wild):
        share, worst = count / images.dataset.rows, int(stretch.argmax())
        probe = images.probes[worst]
        yield Finding(
            name=NAME,
            severity=Severity.WARN if share >= MANY else Severity.NOTE,
            evidence=f"{count:,} of {images.dataset.rows:,} images ({share:.1%}) are squeezed to half or less in one direction: the most is "
            f"{images.names[worst]!r} of {probe.width} × {probe.height} pixels, seen as {images.shape.width} × {images.shape.height} (width × height).",
            remedy="Crop or pad them to one shape if their proportions matter.",
        )
