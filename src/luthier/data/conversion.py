"""Any table file as one that is read in blocks: Parquet where it stands, everything else streamed into a Parquet file beside the work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from luthier.core.errors import DataUnreadable
from luthier.core.files import whole_file
from luthier.data.blocks import BLOCK_ROWS, BlockFile, write_blocks
from luthier.data.delimited import broken_rows, column_names, guess_separator, read_head, refuse_duplicate_names
from luthier.data.read import ARROW, JSON_LINES, PARQUET, file_suffix

_TEXT_BLOCK_BYTES = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A table that can be read in blocks."""

    file: BlockFile
    separator: str | None = None
    "Of delimited text, whose cells stand in the file as text; None where the file has types."


def convert(path: Path, folder: Path) -> Converted:
    """The table at `path` as blocks.

    Args:
        folder: where a converted copy goes. A Parquet file of small row groups is used where it stands; nothing given is changed.
    """
    suffix, copy = file_suffix(path), folder / "table.parquet"
    if suffix in PARQUET:
        file = BlockFile.of(path)
        return Converted(file=file if file.is_fine else _from_parquet(path, copy))
    if suffix in ARROW:
        return Converted(file=_from_arrow(path, copy))
    if suffix in JSON_LINES:
        return Converted(file=_from_json_lines(path, copy))
    return _from_text(path, copy)


def _from_parquet(path: Path, copy: Path) -> BlockFile:
    with pq.ParquetFile(path) as file:
        return write_blocks(copy, file.iter_batches(BLOCK_ROWS // 4, use_threads=False), file.schema_arrow)


def _from_arrow(path: Path, copy: Path) -> BlockFile:
    with pa.OSFile(str(path)) as source:
        is_file = source.read(6) == b"ARROW1"
        source.seek(0)
        opened = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        refuse_duplicate_names(opened.schema.names, path.name)
        batches = (opened.get_batch(number) for number in range(opened.num_record_batches)) if is_file else opened
        return write_blocks(copy, batches, opened.schema)


def _from_json_lines(path: Path, copy: Path) -> BlockFile:
    try:
        with whole_file(copy) as temporary:
            pl.scan_ndjson(path, infer_schema_length=None).sink_parquet(temporary, row_group_size=BLOCK_ROWS)
    except pl.exceptions.PolarsError as error:
        said = str(error).strip().splitlines()[0].rstrip(".")
        raise DataUnreadable(f"{path.name!r} cannot be read as JSON lines: {said}. Check that the file is whole and that its suffix is right.") from error
    return BlockFile.of(copy)


def _from_text(path: Path, copy: Path) -> Converted:
    """Every cell as text: what the columns mean is settled later, on a sample of the rows."""
    head = read_head(path)
    separator = guess_separator(head)
    names = column_names(path, head, separator)
    schema = pa.schema([(name, pa.string()) for name in names])
    faults: list[arrow_csv.InvalidRow] = []
    try:
        file = write_blocks(copy, (pa.RecordBatch.from_arrays(batch.columns, schema=schema) for batch in _text_batches(path, separator, faults)), schema)
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise DataUnreadable(
                f"{path.name!r} must be encoded in UTF-8, but it holds other bytes. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8."
            ) from error
        raise broken_rows(path, names, faults[0] if faults else None, error) from error
    return Converted(file=file, separator=separator)


def _text_batches(path: Path, separator: str, faults: list[arrow_csv.InvalidRow]) -> Iterator[pa.RecordBatch]:
    """The rows, every cell as text, an empty one as missing; a row of another length is put down under `faults`."""

    def collect(row: arrow_csv.InvalidRow) -> str:
        faults.append(row)
        return "error"

    def reader(types: dict[str, pa.DataType]) -> arrow_csv.CSVStreamingReader:
        return arrow_csv.open_csv(
            pa.input_stream(str(path), compression="detect"),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_TEXT_BLOCK_BYTES),
            parse_options=arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=collect),
            convert_options=arrow_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True),
        )

    with reader({}) as first:
        header = first.schema.names
    with reader(dict.fromkeys(header, pa.string())) as whole:
        yield from whole
