"""How large a table file is, before it is read."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from luthier.core.errors import DataUnreadable
from luthier.data.read import ARROW, JSON_LINES, PARQUET, file_suffix

_HEAD_BYTES = 1 << 20
_UNPACKED = 5.0
"Bytes of text in one byte of a compressed file, about."


def estimated_cells(path: Path) -> int:
    """Rows times columns: exact for Parquet, told from the size and the first megabyte for text; 0 for what cannot be read.

    Example:
        >>> estimated_cells(Path("no-such-table.csv"))
        0
    """
    with contextlib.suppress(DataUnreadable, pa.ArrowException, OSError):
        suffix, size = file_suffix(path), path.stat().st_size
        if suffix in PARQUET:
            metadata = pq.read_metadata(path)
            return metadata.num_rows * metadata.num_columns
        if suffix in ARROW:
            return size // 8
        head = _head(path)
        text = size * (_UNPACKED if path.suffix.lower() != suffix else 1.0)
        return round(text * _cells_of(head, suffix) / max(len(head), 1))
    return 0


def _head(path: Path) -> bytes:
    with pa.input_stream(str(path), compression="detect") as stream:
        return stream.read(_HEAD_BYTES)


def _cells_of(head: bytes, suffix: str) -> int:
    """Cells in some text: a line has one more than it has separators."""
    lines = head.splitlines()
    if suffix in JSON_LINES:
        return head.count(b'":')
    return max((lines[0].count(separator) for separator in (b",", b";", b"\t", b"|")), default=0) * len(lines) + len(lines) if lines else 0
