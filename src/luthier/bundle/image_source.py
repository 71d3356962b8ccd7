"""Where images that are to be answered come from: a folder, files, a table, or memory. Nothing is decoded here."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image, ImageOps

from luthier.core.errors import DataUnreadable
from luthier.data.images import ImageBytes, ImageFile, ImageRow, Reference, has_image_ending, image_column, reference_to
from luthier.data.images.idx import is_idx_name, read_idx
from luthier.data.images.references import written_name
from luthier.data.read import ARROW, DELIMITED, JSON_LINES, PARQUET, read_table, source_name

WANTED = "a folder, an image file, encoded bytes, a Pillow image, a uint8 array [height, width] or [height, width, channels], or a list of these"


@dataclass(frozen=True, slots=True)
class NamedImage:
    """One image and what people call it."""

    name: str
    reference: Reference


def named_images(images: Any) -> tuple[NamedImage, ...]:
    """The images that anything which `Bundle.predict` takes stands for, in their order.

    A folder's are named by their paths relative to it, a table's by its paths, files by the path that was given, all others by
    their place: `row 1`.

    Raises:
        DataUnreadable: there is nothing, or no image in it.

    Example:
        >>> [image.name for image in named_images(["shoe.png", np.zeros((2, 2), dtype=np.uint8)])]
        ['shoe.png', 'row 2']
    """
    if isinstance(images, (str, Path)):
        return tuple(_of_path(Path(images)))
    if isinstance(images, np.ndarray) and images.ndim == 4:
        return tuple(_of_rows(images))
    if isinstance(images, (pl.DataFrame, Mapping)) or hasattr(images, "columns"):
        return tuple(_of_table(read_table(images), Path(), source_name(images)))
    if _is_one(images):
        return (_one(images, 0),)
    if isinstance(images, Iterable):
        return tuple(_one(image, place) for place, image in enumerate(images))
    raise _unknown(images)


def _of_path(path: Path) -> Iterable[NamedImage]:
    if not path.exists():
        raise DataUnreadable(f"There is no file or folder {str(path)!r}. Check the path; it is looked for from the folder {str(Path.cwd())!r}.")
    if path.is_dir():
        return _of_folder(path)
    if is_idx_name(path.name):
        return _of_rows(read_idx(path))
    endings = [suffix.lower() for suffix in path.suffixes[-2:]]
    if any(ending in (*DELIMITED, *PARQUET, *JSON_LINES, *ARROW) for ending in endings):
        return _of_table(read_table(path), path.parent, path.name)
    return [NamedImage(written_name(path.name), ImageFile(path))]


def _of_folder(root: Path) -> list[NamedImage]:
    """Every image below the folder, hidden ones left out, in the order of their names."""
    names = []
    for place, below, files in os.walk(root):
        below[:] = [name for name in below if not name.startswith(".")]
        names += [(Path(place) / name).relative_to(root).as_posix() for name in files if has_image_ending(name) and not name.startswith(".")]
    if not names:
        raise DataUnreadable(f"A folder must hold PNG, JPEG, WebP, BMP, GIF or TIFF images, at any depth, but {str(root)!r} holds none. Check the path.")
    return [NamedImage(written_name(name), ImageFile(root / name)) for name in sorted(names)]


def _of_rows(pixels: np.ndarray) -> list[NamedImage]:
    return [NamedImage(_row(place), ImageRow(pixels, place)) for place in range(len(pixels))]


def _of_table(frame: pl.DataFrame, folder: Path, name: str) -> Iterator[NamedImage]:
    """The images of a table's rows; a row without one is unreadable, and not left out."""
    column = image_column(frame, folder) or ("image" if "image" in frame.columns else None)
    values = frame[column] if column is not None else pl.Series(dtype=pl.Null)
    paths = [None] * len(values)
    if values.dtype == pl.Struct and "bytes" in values.struct.fields:
        paths = values.struct.field("path").to_list() if "path" in values.struct.fields else paths
        values = values.struct.field("bytes")
    if values.dtype == pl.Binary:
        encoded = values.fill_null(b"")
        return (NamedImage(path or _row(place), ImageBytes(encoded, place)) for place, path in enumerate(paths))
    if values.dtype == pl.String:
        return (_of_cell(folder, path, place) for place, path in enumerate(values))
    raise DataUnreadable(f"{name!r} must have a column of image paths or image bytes, but none was found. Name that column 'image'.")


def _of_cell(folder: Path, path: str | None, place: int) -> NamedImage:
    return NamedImage(path, ImageFile(folder / path)) if path else NamedImage(_row(place), ImageBytes((b"",), 0))


def _is_one(image: Any) -> bool:
    known = (str, os.PathLike, bytes, bytearray, memoryview, Image.Image, ImageFile, ImageBytes, ImageRow)
    return isinstance(image, known) or (isinstance(image, np.ndarray) and image.dtype != object and image.dtype.kind != "U")


def _one(image: Any, place: int) -> NamedImage:
    if not _is_one(image):
        raise _unknown(image)
    if isinstance(image, Image.Image):
        return NamedImage(_row(place), _of_pillow(image))
    reference = reference_to(image)
    return NamedImage(written_name(reference.path) if isinstance(reference, ImageFile) else _row(place), reference)


def _of_pillow(image: Image.Image) -> Reference:
    """As a file of it would be decoded, without loss: TIFF holds every mode of pixels, but not the transparency of some."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        return reference_to(np.asarray(upright.convert("RGBA")))
    encoded = io.BytesIO()
    upright.save(encoded, "TIFF")
    return reference_to(encoded.getvalue())


def _row(place: int) -> str:
    return f"row {place + 1}"


def _unknown(image: Any) -> DataUnreadable:
    return DataUnreadable(f"Images must come as {WANTED}, but an object of type {type(image).__name__} came.")
