"""Images in a table: a column of paths, of bytes, or of the structs that common Parquet image sets hold."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from luthier.core.errors import ColumnMissing, ColumnUnusable, DataUnreadable, SettingInvalid
from luthier.core.findings import Event
from luthier.data.delimited import column_names, guess_separator, read_head
from luthier.data.images.probe import ImageUnreadable, probe_image
from luthier.data.images.references import ImageBytes, ImageFile, Reference, has_image_ending
from luthier.data.read import DELIMITED, JSON_LINES, PARQUET, Source, file_suffix, read_source
from luthier.data.wording import listed

_HEAD_ROWS = 32
_MOST_OF = 0.5
"Share of the first rows of a column that must be images for it to be taken for a column of images."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableImages:
    """The rows of a table whose image may be there."""

    name: str
    frame: pl.DataFrame
    "All rows with an image and a target."
    references: tuple[Reference, ...]
    names: tuple[str, ...]
    missing: tuple[str, ...]
    "Paths without a file: their rows were set aside."
    events: tuple[Event, ...]


def image_column(frame: pl.DataFrame, folder: Path | None = None) -> str | None:
    """The first column that holds images, as its first rows tell: paths of image files that mostly exist, or bytes that are images.

    Args:
        folder: what relative paths are relative to; None is the current folder.

    Example:
        >>> image_column(pl.DataFrame({"name": ["a", "b"], "age": [1, 2]})) is None
        True
    """
    head = frame.head(_HEAD_ROWS)
    return next((name for name in head.columns if _holds_images(head[name].drop_nulls(), folder or Path())), None)


def table_holds_images(path: Path) -> bool:
    """True where a column of a table file holds images; False also for what cannot be read, which the reader of tables explains better."""
    with contextlib.suppress(DataUnreadable, pl.exceptions.PolarsError, OSError, UnicodeDecodeError, csv.Error):
        return image_column(_head(path), path.parent) is not None
    return False


def list_table(source: Source, *, target: str | None, image: str | None, group: str | None) -> TableImages:
    """The images of a table and the rows that go with them.

    Raises:
        ColumnMissing: a column that was named is not there.
        ColumnUnusable: the named column holds no images.
        DataUnreadable: no path leads to a file.
    """
    reading = read_source(source, target=target)
    frame, folder = reading.frame, Path(source).parent if isinstance(source, (str, Path)) else Path()
    for named, purpose in ((target, "is the target"), (image, "is named in --image"), (group, "is named in --group")):
        if named is not None and named not in frame.columns:
            raise ColumnMissing(named, frame.columns, purpose=purpose)
    column = image or image_column(frame, folder)
    if column is None:
        raise DataUnreadable(f"{reading.name!r} must have a column of image paths or image bytes, but none was found. Name it with --image.")
    if target is None:
        others = [name for name in frame.columns if name != column]
        raise SettingInvalid(f"A table of images needs --target, the column to predict. The other columns are {listed(others)}.")
    kept, events = _with_image_and_target(frame, column, target)
    unused = [name for name in frame.columns if name not in (column, target, group)]
    if unused:
        events.append(Event(name="unused-columns", what=f"A network for images sees the image only; these columns are not used: {listed(unused)}."))
    return _located(reading.name, kept, column, folder, (*reading.events, *events))


def _head(path: Path) -> pl.DataFrame:
    suffix = file_suffix(path)
    if suffix in PARQUET:
        return pl.scan_parquet(path, glob=False).head(_HEAD_ROWS).collect()
    if suffix in JSON_LINES:
        return pl.scan_ndjson(path).head(_HEAD_ROWS).collect()
    if suffix in DELIMITED:
        return _delimited_head(path)
    return pl.scan_ipc(path).head(_HEAD_ROWS).collect()


def _delimited_head(path: Path) -> pl.DataFrame:
    """From the first part of the file alone: a reader of tables maps the whole of it, however few rows are asked for."""
    head = read_head(path)
    separator = guess_separator(head)
    names = column_names(path, head, separator)
    rows = list(islice(csv.reader(io.StringIO(head), delimiter=separator), 1, 1 + _HEAD_ROWS))
    whole = [[cell or None for cell in row] for row in rows if len(row) == len(names)]
    return pl.DataFrame(whole, schema=dict.fromkeys(names, pl.String), orient="row")


def _holds_images(values: pl.Series, folder: Path) -> bool:
    if not len(values):
        return False
    if values.dtype == pl.String:
        return all(map(has_image_ending, values)) and sum((folder / name).is_file() for name in values) >= _MOST_OF * len(values)
    if values.dtype == pl.Struct and "bytes" in values.struct.fields:
        values = values.struct.field("bytes").drop_nulls()
    if values.dtype != pl.Binary or not len(values):
        return False
    return sum(_is_image(ImageBytes(values, row)) for row in range(len(values))) >= _MOST_OF * len(values)


def _is_image(reference: Reference) -> bool:
    try:
        probe_image(reference)
    except ImageUnreadable:
        return False
    return True


def _with_image_and_target(frame: pl.DataFrame, column: str, target: str) -> tuple[pl.DataFrame, list[Event]]:
    events = []
    for name, called in ((target, f"value in the target {target!r}"), (column, f"image in {column!r}")):
        if missing := frame[name].null_count():
            what = f"{missing:,} of {frame.height:,} rows have no {called} and were set aside."
            events.append(Event(name="rows-without-target" if name == target else "rows-without-image", what=what))
            frame = frame.filter(pl.col(name).is_not_null())
    return frame, events


def _located(name: str, frame: pl.DataFrame, column: str, folder: Path, events: Sequence[Event]) -> TableImages:
    values = frame[column]
    if values.dtype == pl.String:
        return _paths(name, frame, column, folder, events)
    names = [f"row {row + 1}" for row in range(len(values))]
    if values.dtype == pl.Struct and {"bytes", "path"} <= set(values.struct.fields):
        names = [path or given for path, given in zip(values.struct.field("path"), names, strict=True)]
    if values.dtype == pl.Struct and "bytes" in values.struct.fields:
        values = values.struct.field("bytes").fill_null(b"")
    if values.dtype != pl.Binary:
        raise ColumnUnusable(
            f"The image column {column!r} must hold paths, bytes or structs of bytes and path, but it is of type {values.dtype}. Name another column.",
            column=column,
        )
    references = tuple(ImageBytes(values, row) for row in range(len(values)))
    return TableImages(name=name, frame=frame, references=references, names=tuple(names), missing=(), events=tuple(events))


def _paths(name: str, frame: pl.DataFrame, column: str, folder: Path, events: Sequence[Event]) -> TableImages:
    there = pl.Series([(folder / path).is_file() for path in frame[column]], dtype=pl.Boolean)
    missing = frame[column].filter(~there).to_list()
    if missing and not there.any():
        raise DataUnreadable(
            f"The paths in {column!r} must lead to files, but none of the {len(missing):,} does (first: {missing[0]!r}, looked for in "
            f"{str(folder.absolute())!r}). Give them relative to the table, or as absolute paths."
        )
    kept = frame.filter(there)
    names = tuple(kept[column])
    references = tuple(ImageFile(folder / path) for path in names)
    return TableImages(name=name, frame=kept, references=references, names=names, missing=tuple(missing), events=tuple(events))
