from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from luthier.data.images import ImageUnreadable, decode, reference_to
from tests.data.images.pictures import picture, save

PICTURE = picture(0, height=24, width=40)


def decoded(image: Image.Image, channels: int = 3, *, encoder: str = "PNG", **options: Any) -> np.ndarray:
    """What becomes of an image that was saved."""
    stream = io.BytesIO()
    image.save(stream, encoder, **options)
    return decode(reference_to(stream.getvalue()), channels)


@pytest.mark.parametrize("ending", ["png", "bmp", "tif"])
def test_a_lossless_format_gives_the_pixels_that_were_saved(tmp_path: Path, ending: str) -> None:
    path = save(tmp_path / f"picture.{ending}", PICTURE)

    np.testing.assert_array_equal(decode(reference_to(path), 3), PICTURE)


@pytest.mark.parametrize("encoder", ["JPEG", "WEBP"])
def test_a_lossy_format_is_near_what_was_saved(encoder: str) -> None:
    pixels = decoded(Image.fromarray(PICTURE), encoder=encoder, quality=95)

    assert pixels.shape == PICTURE.shape
    assert np.abs(pixels.astype(int) - PICTURE).mean() < 6


def test_cmyk_jpeg_becomes_rgb() -> None:
    pixels = decoded(Image.fromarray(PICTURE).convert("CMYK"), encoder="JPEG", quality=95)

    assert np.abs(pixels.astype(int) - PICTURE).mean() < 6


def test_of_an_animation_the_first_picture_is_taken() -> None:
    frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]

    pixels = decoded(frames[0], encoder="GIF", save_all=True, append_images=frames[1:])

    np.testing.assert_array_equal(pixels[0, 0], [255, 0, 0])


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_shows_white(mode: str) -> None:
    image = Image.new("RGBA", (4, 2), (0, 0, 0, 255))
    image.putpixel((0, 0), (10, 20, 30, 0))

    pixels = decoded(image.convert(mode))

    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert pixels[1, 1].tolist() == [0, 0, 0]


def test_a_palette_with_a_transparent_color_shows_white_there() -> None:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([0, 0, 0, 0, 0, 255])
    image.putpixel((0, 0), 0)

    pixels = decoded(image, transparency=0)

    assert (pixels[0, 0].tolist(), pixels[1, 1].tolist()) == ([255, 255, 255], [0, 0, 255])


def test_sixteen_bits_are_scaled_to_eight() -> None:
    levels = np.array([[0, 255, 256, 65_535]], dtype=np.uint16)

    assert decoded(Image.fromarray(levels), 1)[0, :, 0].tolist() == [0, 0, 1, 255]


@pytest.mark.parametrize(("top", "expected"), [(1.0, 128), (255.0, 128), (65_535.0, 128)], ids=["unit", "8 bits", "16 bits"])
def test_floating_levels_are_scaled_by_the_range_they_fill(top: float, expected: int) -> None:
    levels = np.array([[0, top / 2, top]], dtype=np.float32)

    assert decoded(Image.fromarray(levels), 1, encoder="TIFF")[0, :, 0].tolist() == [0, expected, 255]


def test_black_and_white_becomes_gray() -> None:
    assert decoded(Image.new("1", (3, 2), 1), 1).tolist() == [[[255]] * 3] * 2


def test_the_exif_orientation_is_honored() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side: to be turned clockwise

    pixels = decoded(Image.fromarray(PICTURE), exif=exif)

    np.testing.assert_array_equal(pixels, np.rot90(PICTURE, -1))


def test_color_becomes_gray_and_gray_three_equal_channels() -> None:
    gray = decode(reference_to(PICTURE), 1)
    color = decode(reference_to(gray), 3)

    np.testing.assert_allclose(gray[:, :, 0], PICTURE @ np.array([0.299, 0.587, 0.114]), atol=1)
    np.testing.assert_array_equal(color, np.repeat(gray, 3, axis=2))


def test_an_array_of_another_type_is_unreadable() -> None:
    with pytest.raises(ImageUnreadable, match=r"^it must be uint8 of shape \[height, width\] or \[height, width, channel\], but float64 \[4, 4\] came$"):
        decode(reference_to(np.zeros((4, 4))), 1)
