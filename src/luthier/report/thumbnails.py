"""Thumbnails: pictures so small that a page of a hundred of them can be sent by mail."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image

SIDE = 96
"Pixels of a page that the longer side of a picture takes at most."
MOST_BYTES = 8_000
"Of one picture: the 110 of a page at most, in base64, stay below 1.2 MB."
COLORS = (256, 64)
"Of a picture that is too large in all its colors; 64 of them always fit."
WARM, HOT = (240, 228, 66), (213, 94, 0)
"Where a heat map begins and where it ends: two colors that are told apart with every common color vision (Okabe and Ito 2008)."
DEEPEST = 0.8
"Share of the color where the heat is greatest; the picture stays visible below."
FALL = 0.7
"Power of the heat by which the color fades: below 1, so that half the heat is still seen."


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """A small picture and how large it is shown."""

    png: str
    "The file, in base64."
    width: int
    "Of the file, in pixels."
    height: int
    "Of the file, in pixels."
    zoom: int = 1
    "How many times as large it is shown: every pixel of a tiny picture becomes a square."

    @property
    def address(self) -> str:
        """What stands in the page as its source."""
        return f"data:image/png;base64,{self.png}"

    @property
    def shown(self) -> tuple[int, int]:
        """Width and height on the page."""
        return self.width * self.zoom, self.height * self.zoom


def thumbnail(pixels: UInt8[np.ndarray, "height width channel"]) -> Thumbnail:
    """A picture no larger than `SIDE`; a tiny one is shown several times as large, none of its pixels blurred.

    Example:
        >>> small = thumbnail(np.zeros((28, 14, 1), np.uint8))
        >>> small.shown
        (42, 84)
    """
    picture = _picture(pixels)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return _stored(picture, zoom=_zoom(picture))


def heat_thumbnail(pixels: UInt8[np.ndarray, "height width channel"], heat: Float[np.ndarray, "height width"]) -> Thumbnail:
    """The picture in gray, and over it in color where the heat (0 to 1) is."""
    gray = _picture(pixels).convert("L")
    gray.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    zoom = _zoom(gray)
    size = (gray.width * zoom, gray.height * zoom)
    base = np.asarray(gray.resize(size, Image.Resampling.NEAREST), dtype=np.float32)[:, :, None]
    smooth = Image.fromarray(np.ascontiguousarray(heat, dtype=np.float32)).resize(size, Image.Resampling.BILINEAR)
    warmth = np.clip(np.asarray(smooth), 0, 1)[:, :, None]
    color = (1 - warmth) * np.array(WARM) + warmth * np.array(HOT)
    depth = DEEPEST * warmth**FALL
    mixed = (1 - depth) * base + depth * color
    return _stored(Image.fromarray(mixed.round().astype(np.uint8)), zoom=1)


def _picture(pixels: np.ndarray) -> Image.Image:
    whole = np.ascontiguousarray(pixels)
    return Image.fromarray(whole[:, :, 0] if whole.shape[2] == 1 else whole)


def _zoom(picture: Image.Image) -> int:
    return max(SIDE // max(picture.size), 1)


def _stored(picture: Image.Image, *, zoom: int) -> Thumbnail:
    """In all its colors where they fit, else in fewer."""
    file = _encoded(picture)
    for colors in COLORS:
        if len(file) > MOST_BYTES:
            file = _encoded(picture.quantize(colors))
    return Thumbnail(png=base64.b64encode(file).decode("ascii"), width=picture.width, height=picture.height, zoom=zoom)


def _encoded(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()
