"""A table on disk that is read a block of rows at a time, never whole: a Parquet file with small row groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import Int64

from luthier.core.errors import DataUnreadable
from luthier.core.files import whole_file
from luthier.data.cells import without_nan

BLOCK_ROWS = 131_072
"Most rows of a block that is written here."
BLOCK_BYTES = 32 << 20
"And its size in memory, at 8 bytes a cell: a wide table has shorter blocks."
LARGEST_BLOCK_BYTES = 128 << 20
"A file whose row groups are larger than this is written anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockFile:
    """A Parquet file and where its blocks lie. It holds no open file: it can be sent to another process."""

    path: Path
    columns: tuple[str, ...]
    "Names, in the order of the file."
    block_rows: tuple[int, ...]
    "Rows of each block."

    @classmethod
    def of(cls, path: Path) -> BlockFile:
        """The blocks of a Parquet file: its row groups."""
        with _explained(path), pq.ParquetFile(path) as file:
            metadata, names = file.metadata, tuple(file.schema_arrow.names)
            rows = tuple(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
        return cls(path=path, columns=names, block_rows=rows)

    @property
    def rows(self) -> int:
        """Rows in all."""
        return sum(self.block_rows)

    @property
    def first_rows(self) -> np.ndarray:
        """The row with which each block begins."""
        return np.cumsum([0, *self.block_rows], dtype=np.int64)[:-1]

    @property
    def is_fine(self) -> bool:
        """True where every block is small enough to be held beside a few others."""
        return max(self.block_rows, default=0) * len(self.columns) * 8 <= LARGEST_BLOCK_BYTES

    def read(self, block: int, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """One block as it stands there, all columns or some; no float in it is NaN."""
        names = list(self.columns if columns is None else columns)
        with _explained(self.path), pq.ParquetFile(self.path) as file:
            table = file.read_row_group(block, columns=names, use_threads=False)
        return without_nan(pl.DataFrame(pl.from_arrow(table)).select(names))

    def read_rows(self, rows: Int64[np.ndarray, " rows"]) -> pl.DataFrame:
        """Some rows, by ascending number."""
        edges = np.searchsorted(rows, [*self.first_rows, self.rows])
        parts = [(block, rows[start:stop]) for block, (start, stop) in enumerate(zip(edges, edges[1:], strict=False)) if stop > start]
        first = self.first_rows
        return pl.concat([self.read(block)[numbers - first[block]] for block, numbers in parts]) if parts else self.read(0).clear()


def write_blocks(path: Path, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> BlockFile:
    """Write batches as they come into a new file of small blocks, which appears whole or not at all."""
    rows_of_block = max(min(BLOCK_ROWS, BLOCK_BYTES // (8 * max(len(schema), 1))), 1)
    with whole_file(path) as temporary, pq.ParquetWriter(temporary, schema, compression="lz4") as writer:
        waiting: list[pa.RecordBatch] = []
        for batch in batches:
            waiting.append(batch)
            if sum(part.num_rows for part in waiting) >= rows_of_block:
                whole = pa.Table.from_batches(waiting, schema)
                full = whole.num_rows - whole.num_rows % rows_of_block
                writer.write_table(whole.slice(0, full), row_group_size=rows_of_block)
                waiting = whole.slice(full).to_batches()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting, schema))
    return BlockFile.of(path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Whatever Arrow says about a broken file becomes an error with the file's name."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        said = str(error).strip().splitlines()[0].rstrip(".")
        raise DataUnreadable(f"{path.name!r} cannot be read as Parquet: {said}. Check that the file is whole and that its suffix is right.") from error
