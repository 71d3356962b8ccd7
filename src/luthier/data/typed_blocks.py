"""A large table as a network's side sees it: blocks of typed columns and targets, and which rows can be used at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from jaxtyping import Bool, Int64

from luthier.core.errors import ColumnUnusable
from luthier.core.task import Column, ColumnKind, Schema, Task
from luthier.data.blocks import BlockFile
from luthier.data.cells import as_text, parse_numbers
from luthier.data.text_cells import CellTypes
from luthier.data.typed import typed_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TypedBlock:
    """Some neighboring rows of a large table."""

    first_row: int
    "Number of the first row in the whole table."
    inputs: pl.DataFrame
    "The typed input columns."
    target: np.ndarray
    "Class numbers (int64) or numbers (float64); what stands in a row that cannot be used means nothing."
    missing: Bool[np.ndarray, " rows"]
    "Rows without a target."
    usable: Bool[np.ndarray, " rows"]
    "Rows whose target is there, is finite, and is a class that the task knows."
    keys: pl.DataFrame
    "The columns of time and group that the schema names, comparable between blocks."

    @property
    def rows(self) -> Int64[np.ndarray, " rows"]:
        """Their numbers in the whole table."""
        return np.arange(self.first_row, self.first_row + len(self.target))


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBlocks:
    """How the blocks of a file are read: the same types in every block, as a prediction reads them. It can be sent to another process."""

    name: str
    "What people call the table."
    file: BlockFile
    schema: Schema
    task: Task
    cells: CellTypes | None = None
    "For a file that holds delimited text as text."

    @property
    def blocks(self) -> range:
        """Their numbers."""
        return range(len(self.file.block_rows))

    def doubtful(self) -> TypedBlocks:
        """The same blocks with those columns alone that may hold, in some row, what their kind does not allow."""
        kept = tuple(column for column in self.schema.columns if column.name == self.schema.time or self._is_doubtful(column))
        return replace(self, schema=replace(self.schema, columns=kept, group=None))

    def _is_doubtful(self, column: Column) -> bool:
        if column.kind not in (ColumnKind.NUMERIC, ColumnKind.BOOLEAN, ColumnKind.DATETIME):
            return False
        return self.cells is not None or column.kind is ColumnKind.BOOLEAN or column.dtype.startswith(("String", "Categorical", "Enum"))

    def read(self, block: int) -> TypedBlock:
        """One block.

        Raises:
            ColumnUnusable: a cell holds what its column does not allow.
        """
        keys = [name for name in (self.schema.time, self.schema.group) if name is not None]
        wanted = {self.task.target, *keys, *(column.name for column in self.schema.inputs)}
        frame = self.file.read(block, [name for name in self.file.columns if name in wanted])
        frame = frame if self.cells is None else self.cells.read(frame)
        first = int(self.file.first_rows[block])
        try:
            inputs, comparable = typed_frame(frame, self.schema), key_columns(frame, self.schema)
        except ColumnUnusable as error:
            raise ColumnUnusable(f"{error} Row 1 is here row {first + 1:,} of {self.name!r}.", column=error.column) from error
        target, usable = target_and_use(frame[self.task.target], self.task)
        missing = frame[self.task.target].is_null().to_numpy()
        return TypedBlock(first_row=first, inputs=inputs, target=target, missing=missing, usable=usable, keys=comparable)

    def __iter__(self) -> Iterator[TypedBlock]:
        """All blocks in their order."""
        return map(self.read, self.blocks)


def target_and_use(target: pl.Series, task: Task) -> tuple[np.ndarray, Bool[np.ndarray, " rows"]]:
    """The target as networks are trained on it, and where it can be used."""
    if task.kind.is_classification:
        places = as_text(target).replace_strict(list(task.classes), list(range(len(task.classes))), default=None, return_dtype=pl.Int64)
        return places.fill_null(0).to_numpy(), places.is_not_null().to_numpy()
    numbers = parse_numbers(target) if target.dtype == pl.String else target.cast(pl.Float64)
    values = numbers.to_numpy()  # Polars gives NaN for null
    return values, np.isfinite(values)


def key_columns(frame: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """The columns of time and group in types that do not depend on the block: moments or numbers, and text."""
    keys: list[pl.Series] = []
    if schema.time is not None:
        column = schema[schema.time]
        kind = column.kind if column.kind is ColumnKind.DATETIME else ColumnKind.NUMERIC
        keys += typed_frame(frame, Schema(columns=(replace(column, kind=kind),))).get_columns()
    if schema.group is not None:
        keys.append(as_text(frame[schema.group]).fill_null(""))
    return pl.DataFrame(keys)
