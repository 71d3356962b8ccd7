"""Images, as a saved model is asked about them: decoded when their turn comes, so that a folder may be larger than memory."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from luthier.bundle.image_source import NamedImage, named_images
from luthier.bundle.resize import IMAGE, Resizer
from luthier.bundle.session import Feed, Session
from luthier.core.errors import DataUnreadable
from luthier.core.task import PixelShape
from luthier.data.images import ImageUnreadable, decode

BLOCK_ROWS = 8
"Images in one call: what a convolution makes of them stays in the processor's cache (64 took up to 1.3 times as long)."
_MOST_TOLD = 5


class ImageRows:
    """Images that are decoded and resized while they are answered."""

    def __init__(self, images: tuple[NamedImage, ...], resize: Resizer) -> None:
        self._images, self._resize = images, resize

    @property
    def names(self) -> tuple[pl.Series, ...]:
        """The column `image`."""
        return (pl.Series(IMAGE, [image.name for image in self._images], dtype=pl.String),)

    def answer(self, session: Session, output: int) -> np.ndarray:
        """One output of the graph."""
        return self.answers(session)[output]

    def answers(self, session: Session) -> tuple[np.ndarray, ...]:
        """All outputs of the graph.

        Raises:
            DataUnreadable: an image cannot be decoded; all are looked at first, so that the message counts them.
        """
        if not self._images:
            return session.run_all({IMAGE: self._blank(0)})
        reasons: dict[int, str] = {}
        starts = range(0, len(self._images), BLOCK_ROWS)
        answers = session.run_blocks([partial(self._block, start, reasons) for start in starts])
        self._refuse_unreadable(reasons)
        return answers

    def pixels(self) -> np.ndarray:
        """All images, decoded, in the size that a network sees: uint8 [rows, height, width, channels].

        Raises:
            DataUnreadable: an image cannot be decoded.
        """
        reasons: dict[int, str] = {}
        blocks = [self._block(start, reasons)[IMAGE] for start in range(0, len(self._images), BLOCK_ROWS)]
        self._refuse_unreadable(reasons)
        return np.concatenate(blocks) if blocks else self._blank(0)

    def _block(self, start: int, reasons: dict[int, str]) -> Feed:
        pixels = self._blank(min(BLOCK_ROWS, len(self._images) - start))
        for place, image in enumerate(self._images[start : start + BLOCK_ROWS]):
            try:
                pixels[place] = self._resize(decode(image.reference, self._resize.shape.channels))
            except ImageUnreadable as unreadable:
                reasons[start + place] = unreadable.reason
        return {IMAGE: pixels}

    def _blank(self, rows: int) -> np.ndarray:
        return blank_images(rows, self._resize.shape)

    def _refuse_unreadable(self, reasons: Mapping[int, str]) -> None:
        if not reasons:
            return
        if len(self._images) == 1:
            raise DataUnreadable(
                f"{self._images[0].name!r} cannot be read as an image: {reasons[0]}. Give a PNG, JPEG, WebP, BMP, GIF or TIFF, or pixels as uint8."
            )
        told = ", ".join(f"{self._images[place].name!r} ({reasons[place]})" for place in sorted(reasons)[:_MOST_TOLD])
        more = f" and {len(reasons) - _MOST_TOLD:,} more" if len(reasons) > _MOST_TOLD else ""
        raise DataUnreadable(
            f"Every image must be readable, but {len(reasons):,} of {len(self._images):,} cannot be read: {told}{more}. "
            "Replace or remove them, and ask again: no image was left out in silence, and none was answered."
        )


class ImageReader:
    """Reads what `Bundle.predict` is given, for a model of images."""

    def __init__(self, shape: PixelShape) -> None:
        self._resize = Resizer(shape)

    def __call__(self, images: Any) -> ImageRows:
        """The images, in their order."""
        return ImageRows(named_images(images), self._resize)

    def blank(self, rows: int) -> np.ndarray:
        """Black images in the size that a network sees, uint8 [rows, height, width, channels]."""
        return blank_images(rows, self._resize.shape)


def blank_images(rows: int, shape: PixelShape) -> np.ndarray:
    """Black images of a shape, uint8 [rows, height, width, channels]."""
    return np.zeros((rows, shape.height, shape.width, shape.channels), dtype=np.uint8)
