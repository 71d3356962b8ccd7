"""Decoding: from whatever an image file holds to gray or RGB levels of 0 to 255. Training and prediction decode by this one function."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from luthier.data.images.probe import ImageUnreadable, opened
from luthier.data.images.references import ImageRow, Reference

_MODES = {1: "L", 3: "RGB"}


def decode(reference: Reference, channels: int) -> UInt8[np.ndarray, "height width channel"]:
    """The pixels of one image, upright as its EXIF orientation says, transparency laid on white, 16-bit levels scaled to 8 bits.

    Args:
        channels: 1 for gray, 3 for red, green and blue; color becomes gray by the luma of ITU-R BT.601, gray becomes three equal channels.

    Raises:
        ImageUnreadable: it cannot be decoded as a whole.

    Example:
        >>> from luthier.data.images.references import reference_to
        >>> decode(reference_to(np.zeros((2, 4), dtype=np.uint8)), 3).shape
        (2, 4, 3)
    """
    if isinstance(reference, ImageRow):
        return _of_array(reference.pixels[reference.row], channels)
    with opened(reference) as image:
        return _levels(_flat(_in_eight_bits(ImageOps.exif_transpose(image))), channels)


def is_gray(pixels: UInt8[np.ndarray, "*shape channel"]) -> bool:
    """True where all channels are equal in every pixel."""
    return bool((pixels[..., :1] == pixels).all())


def _of_array(pixels: np.ndarray, channels: int) -> np.ndarray:
    shaped = pixels if pixels.ndim == 3 else pixels[:, :, None]
    if pixels.dtype != np.uint8 or shaped.ndim != 3 or shaped.shape[2] not in (1, 3, 4) or not shaped.size:
        raise ImageUnreadable(f"it must be uint8 of shape [height, width] or [height, width, channel], but {pixels.dtype} {list(pixels.shape)} came")
    if shaped.shape[2] == channels:
        return shaped
    return _levels(_flat(Image.fromarray(shaped[:, :, 0] if shaped.shape[2] == 1 else shaped)), channels)


def _levels(image: Image.Image, channels: int) -> np.ndarray:
    return np.array(image.convert(_MODES[channels]), dtype=np.uint8).reshape(image.height, image.width, channels)


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Levels of 16 bits, or floating ones, as 8-bit gray; every other mode as it is."""
    if not image.mode.startswith(("I", "F")):
        return image
    levels = np.asarray(image, dtype=np.float64)
    if image.mode.startswith("I;16"):
        return Image.fromarray((levels // 256).astype(np.uint8))
    if not np.isfinite(levels).all():
        raise ImageUnreadable("its pixels are not all finite")
    highest = levels.max(initial=0.0)
    top = 1.0 if image.mode == "F" and highest <= 1 else 255.0 if highest <= 255 else 65_535.0
    return Image.fromarray(np.clip(np.round(levels * (255 / top)), 0, 255).astype(np.uint8))


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency: what is transparent shows white."""
    if not image.has_transparency_data:
        return image
    layered = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layered.size, "white"), layered).convert("RGB")
