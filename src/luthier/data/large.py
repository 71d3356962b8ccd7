"""Tables that are too large for memory: a random sample as an ordinary dataset, and the whole in blocks for the networks."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeGuard
from uuid import uuid4

import numpy as np
import polars as pl
from jaxtyping import Int64

from luthier.core.errors import ColumnMissing, ColumnUnusable, TargetUnusable
from luthier.core.findings import Event
from luthier.core.seeds import numpy_rng
from luthier.core.task import ColumnKind
from luthier.data.blocks import BlockFile
from luthier.data.cells import MISSING_MARKERS, without_nan
from luthier.data.conversion import Converted, convert
from luthier.data.dataset import Dataset, build_dataset
from luthier.data.delimited import read_delimited
from luthier.data.read import Reading, Source, file_suffix, source_name
from luthier.data.size import estimated_cells
from luthier.data.text_cells import CellTypes
from luthier.data.typed_blocks import TypedBlocks

BYTES_PER_CELL = 64
"Memory that an ordinary fit takes at its peak for each cell of the table: 2.6 GiB for 1,000,000 rows and 50 columns, the program itself included."
MEMORY_SHARE = 0.5
"Share of the machine's memory that a table may come to take."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a table is held in memory."""

    cells: int = 60_000_000
    "Rows times columns: a table of more is large, however much memory there is, for its checks and baselines would take the time of its networks."
    sample_rows: int = 300_000
    "Rows of a large table that are checked, searched on and judged; fewer where they would have more cells than that."
    window_bytes: int = 256 << 20
    "Encoded rows of a large table that wait to be learned from, in bytes."

    @classmethod
    def within(cls, memory_bytes: int) -> Limits:
        """The limits on a machine with so much memory: the same on all that have 8 GB or more, so that they choose the same sample.

        Example:
            >>> Limits.within(4 << 30).cells
            33554432
        """
        usual = cls()
        cells, window_bytes = int(MEMORY_SHARE * memory_bytes) // BYTES_PER_CELL, memory_bytes // 16
        return cls(cells=min(usual.cells, cells), window_bytes=min(usual.window_bytes, window_bytes))

    def rows_of_sample(self, file: BlockFile) -> int:
        """Rows of a file that make its sample."""
        return min(self.sample_rows, self.cells // len(file.columns), file.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a table; see `build_dataset`."""

    target: str
    "Column to predict."
    task: str = "auto"
    metric: str | None = None
    kinds: Mapping[str, str | ColumnKind] | None = None
    time: str | None = None
    group: str | None = None

    def asked(self) -> dict[str, Any]:
        """The arguments of `build_dataset`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LargeTable:
    """A table of which only a sample is in memory."""

    sample: Dataset
    "Some rows, as if they were the table: checks, splits, search and judging use them."
    sample_rows: Int64[np.ndarray, " rows"]
    "Where each row of the sample stands in the whole table."
    blocks: TypedBlocks
    "The whole table."
    limits: Limits
    digest: str
    "Hash of the file, byte by byte."


def is_large(source: Source, limits: Limits) -> TypeGuard[str | Path]:
    """True for a file whose table is not read into memory as a whole; what is in memory already is never large."""
    return isinstance(source, (str, Path)) and estimated_cells(Path(source)) > limits.cells


@contextmanager
def open_large(path: str | Path, question: Question, *, seed: int = 0, limits: Limits | None = None, work: Path | None = None) -> Iterator[LargeTable]:
    """Read a sample of a large table, look once at every row, and keep the table open for the networks.

    Args:
        seed: chooses the rows of the sample.
        work: where a folder for a converted copy is made if one is needed, and removed at the end; None is the system's place for temporary files.

    Raises:
        DataError: the table, or a row of it outside the sample, cannot be used.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder) / "visits.parquet"
        ...     pl.DataFrame({"age": range(5_000), "ill": ["no", "yes"] * 2_500}).write_parquet(path)
        ...     with open_large(path, Question(target="ill"), limits=Limits(sample_rows=1_000)) as table:
        ...         print(table.sample.rows, table.blocks.file.rows)
        1000 5000
    """
    folder = Path(work or tempfile.gettempdir()) / f".luthier-{uuid4().hex}"
    try:
        yield _opened(Path(path), question, seed, limits or Limits(), folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(path: Path, question: Question, seed: int, limits: Limits, folder: Path) -> LargeTable:
    converted = convert(path, folder)
    file = converted.file
    _refuse_missing_target(question.target, file)
    rows = np.sort(numpy_rng(seed, "sample").choice(file.rows, limits.rows_of_sample(file), replace=False))
    as_text = path.name if path.suffix.lower() == file_suffix(path) else path.stem
    sampled = _sampled(converted, rows, folder / "sample" / as_text, question)
    present = sampled.frame[question.target].is_not_null()
    with _counted_in(len(rows)):
        dataset = build_dataset(sampled.frame.filter(present), **question.asked())
    cells = None if converted.separator is None else _cell_types(converted.separator, sampled.frame, dataset)
    blocks = TypedBlocks(name=path.name, file=file, schema=dataset.schema, task=dataset.task, cells=cells)
    events = (_large(path.name, file, len(rows)), *sampled.events, *_census(blocks), *dataset.events)
    return LargeTable(
        sample=replace(dataset, name=source_name(path), events=events), sample_rows=rows[present.to_numpy()], blocks=blocks, limits=limits, digest=_digest(path)
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _refuse_missing_target(target: str, file: BlockFile) -> None:
    if target not in file.columns:
        raise ColumnMissing(target, file.columns, purpose="is the target")


def _sampled(converted: Converted, rows: np.ndarray, copy: Path, question: Question) -> Reading:
    """Some rows as a table of their own: text is read as a text file of these rows would be."""
    frame = converted.file.read_rows(rows)
    if converted.separator is None:
        return Reading(name=copy.name, frame=frame)
    copy.parent.mkdir()
    frame.write_csv(copy, separator=converted.separator)
    read, events = read_delimited(copy, target=question.target)
    return Reading(name=copy.name, frame=without_nan(read), events=events)


@contextmanager
def _counted_in(rows: int) -> Iterator[None]:
    """An error about a row of the sample says that it is one."""
    try:
        yield
    except (ColumnUnusable, TargetUnusable) as error:
        if " row " in str(error):
            error.args = (f"{error} Rows are counted in a random sample of {rows:,}.",)
        raise


def _cell_types(separator: str, frame: pl.DataFrame, dataset: Dataset) -> CellTypes:
    words = tuple(name for name in dataset.task.classes if name in MISSING_MARKERS)
    return CellTypes(dtypes=dict(frame.schema), decimal_comma=separator == ";", words=words, target=dataset.task.target)


def _census(blocks: TypedBlocks) -> tuple[Event, ...]:
    """Look once at every row: refuse what no network could read, count the rows that no network can learn from."""
    missing, useless, timeless, task = 0, 0, 0, blocks.task
    for block in blocks.doubtful():
        missing += int(block.missing.sum())
        useless += int((~block.usable & ~block.missing).sum())
        timeless += block.keys.to_series().null_count() if blocks.schema.time is not None else 0
    if timeless:
        name = str(blocks.schema.time)
        raise ColumnUnusable(
            f"The time column {name!r} must have a value in every row, but {timeless:,} rows lack one. Fill them in or remove these rows.", column=name
        )
    if useless and not task.kind.is_classification:
        raise TargetUnusable(f"The target {task.target!r} must hold finite numbers, but {useless:,} rows hold something else. Correct or remove them.")
    without = f"{missing:,} of {blocks.file.rows:,} rows have no value in the target {task.target!r} and were set aside."
    unknown = f"{useless:,} of {blocks.file.rows:,} rows hold a class of {task.target!r} that the sample does not have: no network learns it."
    found = ((missing, "rows-without-target", without), (useless, "classes-outside-sample", unknown))
    return tuple(Event(name=name, what=what) for count, name, what in found if count)


def _large(name: str, file: BlockFile, sampled: int) -> Event:
    what = f"{name!r} has {file.rows:,} rows and {len(file.columns)} columns: checks, search and judging use a random sample of {sampled:,} rows."
    return Event(name="large-table", what=what)
