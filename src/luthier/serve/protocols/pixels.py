"""Decoded images of a request, as the files that everything behind it takes: no level of gray is changed."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from luthier.core.errors import RequestRefused

CHANNELS = (1, 3)
"Gray; red, green and blue."


def as_png(pixels: UInt8[np.ndarray, "rows height width channel"]) -> tuple[bytes, ...]:
    """Each image as a PNG.

    Raises:
        RequestRefused: there is no pixel, or neither 1 nor 3 channels.
    """
    if not all(pixels.shape) or pixels.shape[-1] not in CHANNELS:
        raise RequestRefused(
            f"Pixels must have the shape [rows, height, width, channels] with 1 or 3 channels, but {list(pixels.shape)} came. Send uint8 in that order.",
            status=400,
        )
    return tuple(_png(image) for image in pixels)


def from_base64(text: str) -> bytes:
    """An encoded image that came as text.

    Raises:
        RequestRefused: it is no base64.

    Example:
        >>> from_base64("iVBORw==")
        b'\\x89PNG'
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(f"An image in JSON must be a file in base64, but {text[:30]!r} came. Encode the file's bytes.", status=400) from error


def _png(image: np.ndarray) -> bytes:
    encoded = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(encoded, "PNG", compress_level=1)
    return encoded.getvalue()
