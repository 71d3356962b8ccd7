"""Where images come from, and what is said where none do."""

from __future__ import annotations

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from luthier.bundle.image_source import named_images
from luthier.core.errors import DataUnreadable
from luthier.data.images import decode

BLACK = np.zeros((2, 3), dtype=np.uint8)


def test_images_are_named_by_what_was_given_and_else_by_their_place(tmp_path: Path) -> None:
    images = named_images([BLACK, tmp_path / "a.png", "b/c.png", b"encoded", Image.fromarray(BLACK)])

    assert [image.name for image in images] == ["row 1", str(tmp_path / "a.png"), "b/c.png", "row 4", "row 5"]


def test_an_idx_file_holds_its_images_in_their_order(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    header = bytes([0, 0, 8, 3]) + np.array([4, 2, 3], dtype=">u4").tobytes()
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + pixels.tobytes()))

    images = named_images(tmp_path / "t10k-images-idx3-ubyte.gz")

    np.testing.assert_array_equal([decode(image.reference, 1)[..., 0] for image in images], pixels)
    assert images[3].name == "row 4"


def test_a_row_of_a_table_without_an_image_keeps_its_place() -> None:
    buffer = io.BytesIO()
    Image.fromarray(BLACK).save(buffer, "PNG")

    images = named_images(pl.DataFrame({"photo": [buffer.getvalue(), None, buffer.getvalue()]}))

    assert [image.reference.encoded_bytes > 0 for image in images] == [True, False, True]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16", "F"])
def test_a_pillow_image_of_any_mode_is_decoded(mode: str) -> None:
    gray = Image.fromarray(np.full((2, 3), 255, dtype=np.uint8))
    white = Image.fromarray(np.full((2, 3), 65_535, dtype=np.uint16)) if mode == "I;16" else gray.convert(mode)

    (image,) = named_images(white)

    np.testing.assert_array_equal(decode(image.reference, 3), np.full((2, 3, 3), 255))


NO_IMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (lambda path: path / "photos", "There is no file or folder '{path}/photos'. Check the path; it is looked for from the folder '{here}'."),
    "empty-folder": (
        lambda path: path,
        "A folder must hold PNG, JPEG, WebP, BMP, GIF or TIFF images, at any depth, but '{path}' holds none. Check the path.",
    ),
    "number": (
        lambda _: 7,
        "Images must come as a folder, an image file, encoded bytes, a Pillow image, a uint8 array [height, width] or [height, width, channels], "
        "or a list of these, but an object of type int came.",
    ),
    "table": (lambda _: {"age": [31]}, "'dict' must have a column of image paths or image bytes, but none was found. Name that column 'image'."),
}


@pytest.mark.parametrize(("make", "told"), NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_holds_no_images_is_refused(tmp_path: Path, make: Callable[[Path], Any], told: str) -> None:
    with pytest.raises(DataUnreadable) as refusal:
        named_images(make(tmp_path))

    assert str(refusal.value) == told.format(path=tmp_path, here=Path.cwd())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are text")
def test_names_that_are_no_text_are_written_with_their_bytes(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    Image.fromarray(BLACK).save(file)

    assert [named_images(source)[0].name for source in (tmp_path, file, [file])] == ["caf\\xe9.png", "caf\\xe9.png", f"{tmp_path}/caf\\xe9.png"]
