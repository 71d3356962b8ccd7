"""Reading a table: from a file by its suffix, or from memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import pyarrow as pa

from luthier.core.errors import DataUnreadable
from luthier.core.findings import Event
from luthier.data.cells import without_nan
from luthier.data.delimited import read_delimited, refuse_duplicate_names
from luthier.data.in_memory import from_memory

Source: TypeAlias = str | Path | pl.DataFrame | pa.Table | Mapping[str, Sequence[Any]] | Any
"A path, a Polars or pandas frame, an Arrow table, a NumPy array or a mapping of columns."

DELIMITED, PARQUET, JSON_LINES, ARROW = (".csv", ".tsv", ".txt"), (".parquet", ".pq"), (".jsonl", ".ndjson"), (".arrow", ".feather", ".ipc")
_COMPRESSED = (".gz", ".bz2", ".zst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A table as it was read."""

    name: str
    "What the source is called: the file's name, or the kind of object."
    frame: pl.DataFrame
    "The table; no float in it is NaN, for that is null."
    events: tuple[Event, ...] = ()
    "What was decided on the way, such as which texts were read as missing."


def read_table(source: Source, *, target: str | None = None, text: Collection[str] = ()) -> pl.DataFrame:
    """The table that a path or an object holds.

    A numeric column holds null, never NaN, where a value is missing. What is given is not changed.

    Args:
        target: column in which the word `None`, in delimited text, is a class and no missing value.
        text: columns of delimited text whose cells stay as they are written, such as ids that begin with zeros.

    Example:
        >>> read_table({"age": [31, 47], "sex": ["f", "m"]}).shape
        (2, 2)
    """
    return read_source(source, target=target, text=text).frame


def read_source(source: Source, *, target: str | None = None, text: Collection[str] = ()) -> Reading:
    """The table and the events of its reading; see `read_table`."""
    name = source_name(source)
    if isinstance(source, (str, Path)):
        frame, events = _read_file(Path(source), target, text)
    else:
        frame, events = from_memory(source), ()
    if frame.width == 0:
        raise DataUnreadable(f"A table must have columns, but {name!r} has none.")
    return Reading(name=name, frame=without_nan(frame), events=events)


def source_name(source: Source) -> str:
    """What people call the source: the file's name, or the kind of object.

    Example:
        >>> source_name("data/patients.csv")
        'patients.csv'
    """
    if isinstance(source, (str, Path)):
        return Path(source).name or str(source)
    return type(source).__name__


def _read_file(path: Path, target: str | None, text: Collection[str]) -> tuple[pl.DataFrame, tuple[Event, ...]]:
    suffix = file_suffix(path)
    if suffix in DELIMITED:
        return read_delimited(path, target=target, text=text)
    readers: dict[tuple[str, ...], tuple[str, Callable[[Path], pl.DataFrame]]] = {
        PARQUET: ("Parquet", _read_parquet),
        JSON_LINES: ("JSON lines", _read_json_lines),
        ARROW: ("Arrow", _read_arrow),
    }
    called, reader = next(found for suffixes, found in readers.items() if suffix in suffixes)
    try:
        return reader(path), ()
    except (pl.exceptions.PolarsError, pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DataUnreadable(
            f"{path.name!r} cannot be read as {called}: {_first_line(error)}. Check that the file is whole and that its suffix is right."
        ) from error


def file_suffix(path: Path) -> str:
    """What kind of table the file's name says it is, such as `.csv` also for `x.csv.gz`; refused where it is no file, no table or empty."""
    if path.is_dir():
        raise DataUnreadable(f"A table must be one file, but {str(path)!r} is a directory. Name a file in it.")
    if not path.exists():
        raise DataUnreadable(f"There is no file {str(path)!r}. Check the path; it is looked for from the folder {str(Path.cwd())!r}.")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    suffix = suffixes[-1] if suffixes else ""
    if suffix in _COMPRESSED and len(suffixes) > 1 and suffixes[-2] in DELIMITED:
        suffix = suffixes[-2]
    known = (*DELIMITED, *PARQUET, *JSON_LINES, *ARROW)
    if suffix not in known:
        raise DataUnreadable(f"A table must end in one of {', '.join(known)} (delimited text also in .gz), but {path.name!r} came. Convert it to one of these.")
    if path.stat().st_size == 0:
        raise DataUnreadable(f"{path.name!r} is empty. A table has a header row and rows below it.")
    return suffix


def _read_parquet(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, glob=False)


def _read_json_lines(path: Path) -> pl.DataFrame:
    return pl.read_ndjson(path, infer_schema_length=None)


def _read_arrow(path: Path) -> pl.DataFrame:
    with pa.memory_map(str(path)) as source:
        is_file = source.read(6) == b"ARROW1"
    frame = pl.read_ipc(path) if is_file else pl.read_ipc_stream(path)
    refuse_duplicate_names(frame.columns, path.name)
    return frame


def _first_line(error: Exception) -> str:
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return said.split("{")[0].split(": Error")[0].strip().rstrip(".")
