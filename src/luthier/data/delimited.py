"""Delimited text (CSV, TSV and the like) into a frame: separator, types, missing markers, and what is wrong where.

Types are inferred over the whole file by PyArrow; a column that it leaves as text is looked at again once its missing markers are known.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from luthier.core.errors import DataUnreadable
from luthier.core.findings import Event
from luthier.data.cells import parse_booleans, parse_numbers, without_markers
from luthier.data.date_texts import ISO, guess_date_format, parse_dates

_SEPARATORS = (",", ";", "\t", "|")
_HEAD_BYTES, _BLOCK_BYTES = 4 << 20, 8 << 20


def read_delimited(path: Path, *, target: str | None = None, text: Collection[str] = ()) -> tuple[pl.DataFrame, tuple[Event, ...]]:
    """The table in a delimited text file, perhaps compressed.

    Args:
        target: column in which the word `None` among other words is taken for a class, not for a missing value.
        text: columns whose cells stay as they are written, such as ids that begin with zeros.
    """
    head = read_head(path)
    separator = guess_separator(head)
    names = column_names(path, head, separator)
    table = _parse(path, separator, names, text)
    _refuse_other_encodings(path, table)
    return _tidy(table, names, separator, target, text)


def guess_separator(head: str) -> str:
    """The separator under which most of the first rows have as many fields as the header.

    Example:
        >>> guess_separator("a;b\\n1,5;2\\n")
        ';'
    """
    return max(_SEPARATORS, key=lambda separator: _consistency(head, separator))


def _consistency(head: str, separator: str) -> tuple[float, int]:
    rows = list(islice(_rows(head, separator), 50))
    if not rows or len(rows[0]) < 2:
        return 0.0, 0
    return sum(len(row) == len(rows[0]) for row in rows) / len(rows), len(rows[0])


def _rows(head: str, separator: str) -> Iterator[list[str]]:
    """The rows that are not empty, up to the first that has no end or a field past the csv module's limit."""
    with contextlib.suppress(csv.Error):
        yield from filter(None, csv.reader(io.StringIO(head), delimiter=separator))


def read_head(path: Path) -> str:
    """The first 4 MB of the text, unpacked; refused where it is no text in UTF-8."""
    try:
        with pa.input_stream(str(path), compression="detect") as stream:
            raw = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise DataUnreadable(f"{path.name!r} cannot be unpacked: it is no whole compressed file. Make it again.") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataUnreadable(f"{path.name!r} must be encoded in UTF-8, but it is in UTF-16. Save it as UTF-8.")
    if b"\0" in raw:
        raise DataUnreadable(f"{path.name!r} must hold text in rows and columns, but it holds binary data. Give a CSV, TSV, Parquet, JSON lines or Arrow file.")
    if not raw.strip(b"\xef\xbb\xbf \t\r\n"):
        raise DataUnreadable(f"{path.name!r} is empty. A table has a header row and rows below it.")
    return raw.decode("utf-8-sig", errors="replace")


def column_names(path: Path, head: str, separator: str) -> list[str]:
    """The names in the header; a column without a name gets one by its position."""
    header = next(_rows(head, separator), [])
    if any("\ufffd" in name for name in header):
        raise DataUnreadable(
            f"{path.name!r} must be encoded in UTF-8, but its header holds other bytes. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8."
        )
    refuse_duplicate_names(header, path.name)
    return [name if name.strip() else f"Unnamed: {position}" for position, name in enumerate(header)]


def refuse_duplicate_names(names: Sequence[str], source: str) -> None:
    """Raise where two columns share one name; empty names do not count."""
    seen: set[str] = set()
    for name in names:
        if name in seen and name.strip():
            raise DataUnreadable(f"Column names must differ, but {source!r} has {names.count(name)} columns named {name!r}. Rename all but one.")
        seen.add(name)


def _parse(path: Path, separator: str, names: Sequence[str], text: Collection[str]) -> pa.Table:
    try:
        return _read(path, separator, threads=True, text=text)
    except pa.ArrowInvalid as error:
        raise broken_rows(path, names, _first_ragged_row(path, separator), error) from error


def broken_rows(path: Path, names: Sequence[str], fault: arrow_csv.InvalidRow | None, error: pa.ArrowInvalid) -> DataUnreadable:
    """The error for text that is no table: about its first row of another length, where there is one."""
    if fault is None:
        return DataUnreadable(f"{path.name!r} cannot be read as a table: {str(error).splitlines()[0]}.")
    row = "" if fault.number is None else f"row {fault.number - 1}"
    return DataUnreadable(
        f"Each row must have {len(names)} fields as the header has, but {row} of {path.name!r} has {fault.actual_columns}: {_short(fault.text)!r}. "
        "Repair that row, or put quotes around text that holds the separator."
    )


def _read(path: Path, separator: str, *, threads: bool, text: Collection[str] = (), faults: list[arrow_csv.InvalidRow] | None = None) -> pa.Table:
    def collect(row: arrow_csv.InvalidRow) -> str:
        assert faults is not None
        faults.append(row)
        return "error"

    with pa.input_stream(str(path), compression="detect") as stream:
        return arrow_csv.read_csv(
            stream,
            read_options=arrow_csv.ReadOptions(use_threads=threads, block_size=_BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=collect if faults is not None else None),
            convert_options=arrow_csv.ConvertOptions(
                null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True, column_types=dict.fromkeys(text, pa.string())
            ),
        )


def _first_ragged_row(path: Path, separator: str) -> arrow_csv.InvalidRow | None:
    faults: list[arrow_csv.InvalidRow] = []
    with contextlib.suppress(pa.ArrowInvalid):
        _read(path, separator, threads=False, faults=faults)
    return faults[0] if faults else None


def _refuse_other_encodings(path: Path, table: pa.Table) -> None:
    for position, field in enumerate(table.schema):
        if pa.types.is_binary(field.type):
            row, cell = next((row, cell) for row, cell in enumerate(table.column(position).to_pylist(), 1) if cell is not None and not _is_utf8(cell))
            raise DataUnreadable(
                f"{path.name!r} must be encoded in UTF-8, but row {row} of column {field.name!r} holds {cell[:40]!r}. "
                "Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8."
            )


def _is_utf8(cell: bytes) -> bool:
    try:
        cell.decode()
    except UnicodeDecodeError:
        return False
    return True


def _tidy(table: pa.Table, names: Sequence[str], separator: str, target: str | None, text: Collection[str]) -> tuple[pl.DataFrame, tuple[Event, ...]]:
    columns: list[pl.Series] = []
    markers: dict[str, int] = {}
    commas: list[str] = []
    for position, name in enumerate(names):
        column = pl.Series(name, pl.from_arrow(table.column(position)))
        if column.dtype == pl.String and name not in text:
            column, found, had_commas = _without_text(column, decimal_comma=separator == ";", is_target=name == target)
            markers = {marker: markers.get(marker, 0) + found.get(marker, 0) for marker in {**markers, **found}}
            commas += [name] if had_commas else []
        elif column.dtype.is_float() and (count := int(column.is_nan().sum())):
            column, markers["nan"] = column.fill_nan(None), markers.get("nan", 0) + count
        columns.append(column)
    return pl.DataFrame([column.rechunk() for column in columns]), tuple(_events(markers, commas, [name for name in names if name.startswith("Unnamed: ")]))


def _without_text(text: pl.Series, *, decimal_comma: bool, is_target: bool) -> tuple[pl.Series, dict[str, int], bool]:
    cleared, markers = without_markers(text)
    column, had_commas = _sharpen(cleared, decimal_comma=decimal_comma)
    if is_target and column.dtype == pl.String and "None" in markers:
        column, markers = without_markers(text, keep=("None",))
    return column, markers, had_commas


def _sharpen(text: pl.Series, *, decimal_comma: bool) -> tuple[pl.Series, bool]:
    """Text whose every value is a number, a truth value or an ISO date, in that type; and whether it had decimal commas."""
    first = text.drop_nulls().head(1)
    if not len(first):
        return text, False
    if decimal_comma and first.str.contains(r"^\s*[-+]?\d+,\d+\s*$").any():
        points = parse_numbers(text.str.replace(",", ".", literal=True))
        if points.null_count() == text.null_count():
            return points, True
    if len(parse_numbers(first).drop_nulls()):
        stripped = text.str.strip_chars()
        for dtype in (pl.Int64, pl.Float64):
            if (numbers := stripped.cast(dtype, strict=False)).null_count() == text.null_count():
                return numbers, False
    if first.str.to_lowercase().is_in(["true", "false"]).any() and text.drop_nulls().str.to_lowercase().is_in(["true", "false"]).all():
        return parse_booleans(text).cast(pl.Boolean), False
    if guess_date_format(text) == ISO:
        return parse_dates(text), False
    return text, False


def _events(markers: dict[str, int], commas: Sequence[str], unnamed: Sequence[str]) -> list[Event]:
    events = []
    if markers:
        shown = ", ".join(f"{marker!r} ({count:,})" for marker, count in sorted(markers.items(), key=lambda item: -item[1]))
        events.append(Event(name="missing-markers", what=f"These texts were read as missing values: {shown}."))
    if commas:
        events.append(Event(name="decimal-comma", what=f"Numbers with a decimal comma were read in {len(commas)} columns: {', '.join(map(repr, commas[:8]))}."))
    if unnamed:
        events.append(Event(name="unnamed-column", what=f"Columns without a name were named by their position: {', '.join(map(repr, unnamed[:8]))}."))
    return events


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
