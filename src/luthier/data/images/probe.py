"""Probe: what the header of an image says, before a pixel is decoded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from luthier.data.images.references import ImageRow, Reference

MOST_PIXELS = 100_000_000
"An image of more is not decoded: 300 MB of pixels in a small file is an accident or an attack (a decompression bomb)."
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
"What Pillow is asked to read."
_TURNED = (5, 6, 7, 8)
"EXIF orientations that lie on their side."
_ORIENTATION_TAG = 0x0112
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError, struct.error, zlib.error)
"What Pillow's readers are known to raise on a broken file."


class ImageUnreadable(ValueError):
    """One image cannot be decoded. Whoever lists many sets it aside; `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Probe:
    """The facts of one image that do not need its pixels."""

    width: int
    "Pixels, upright: after the EXIF orientation was honored."
    height: int
    "Pixels, upright."
    mode: str
    "Pillow's word for the kind of pixels, such as `L`, `RGB`, `RGBA`, `P`, `CMYK`, `I;16`."
    format: str
    "Such as `PNG`; `pixels` where it came decoded."
    encoded_bytes: int = 0
    "Size of the file; 0 where it came decoded."


def probe_image(reference: Reference) -> Probe:
    """Width, height, mode and format, from the header alone.

    Raises:
        ImageUnreadable: it is no image, is empty, or has more than `MOST_PIXELS`.
    """
    if isinstance(reference, ImageRow):
        height, width = reference.pixels.shape[1:3]
        mode = "RGB" if reference.pixels.ndim == 4 and reference.pixels.shape[3] == 3 else "L"
        return Probe(width=width, height=height, mode=mode, format="pixels")
    with opened(reference) as image:
        width, height = image.size[::-1] if _lies_on_its_side(image) else image.size
        return Probe(width=width, height=height, mode=image.mode, format=str(image.format), encoded_bytes=reference.encoded_bytes)


@contextmanager
def opened(reference: Reference) -> Iterator[Image.Image]:
    """An encoded image, its header read; whatever its reader says of a broken one becomes `ImageUnreadable`."""
    assert not isinstance(reference, ImageRow)
    try:
        with reference.stream() as stream:
            if not stream.read(1):
                raise ImageUnreadable("it is empty")
            stream.seek(0)
            with Image.open(stream, formats=FORMATS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise ImageUnreadable(f"it has {image.width:,} × {image.height:,} pixels, more than {MOST_PIXELS // 1_000_000} million")
                yield image
    except ImageUnreadable:
        raise
    except Image.DecompressionBombError as error:
        raise ImageUnreadable(f"it has more than {MOST_PIXELS // 1_000_000} million pixels") from error
    except UnidentifiedImageError as error:
        raise ImageUnreadable("it is no image of a known format") from error
    except FileNotFoundError as error:
        raise ImageUnreadable("the file is not there") from error
    except _BROKEN as error:
        raise ImageUnreadable(_in_few_words(error)) from error


def _lies_on_its_side(image: Image.Image) -> bool:
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return False  # a TIFF's size is upright already; of a PNG, Pillow would decode all to look for an orientation behind the pixels
    return image.getexif().get(_ORIENTATION_TAG) in _TURNED


def _in_few_words(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"it cannot be opened ({error.strerror.lower()})"
    said = (str(error).strip().splitlines() or [""])[0].rstrip(".").lower()
    return "it is cut off" if "truncated" in said or isinstance(error, EOFError) else f"it is damaged ({said or type(error).__name__})"
