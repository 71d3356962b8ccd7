"""Dataset: the typed columns, what is to be predicted, and what was decided on the way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.core.errors import ColumnMissing, ColumnUnusable, DataError, SettingInvalid, TooFewRows
from luthier.core.findings import Event
from luthier.core.task import ColumnKind, Schema, Task
from luthier.data.kinds import guess_columns
from luthier.data.read import Reading, Source, read_source
from luthier.data.target import guess_task, target_values
from luthier.data.typed import typed_frame

FEWEST_ROWS = 10
"Below this many rows with a target no split leaves anything to judge by; the splits ask for as many different ones."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dataset:
    """A table that is ready to be checked, split and learned from."""

    name: str
    "What the source is called."
    frame: pl.DataFrame
    "All columns except the target, inputs in the type of their kind, others as read; only rows with a target."
    schema: Schema
    "The columns and their kinds."
    task: Task
    "What is to be predicted."
    target: np.ndarray
    "Class numbers (int64) or numbers (float64), one a row."
    events: tuple[Event, ...] = ()
    "What was decided, dropped or guessed while reading."

    @property
    def rows(self) -> int:
        """Rows that have a target."""
        return self.frame.height

    @property
    def rows_called(self) -> str:
        """What people call them: `rows` of a table, or `images`."""
        return "images" if any(column.kind is ColumnKind.IMAGE for column in self.schema.columns) else "rows"


def build_dataset(
    source: Source,
    *,
    target: str,
    task: str = "auto",
    metric: str | None = None,
    kinds: Mapping[str, str | ColumnKind] | None = None,
    time: str | None = None,
    group: str | None = None,
) -> Dataset:
    """Read a table and settle what its columns mean.

    Args:
        target: column to predict.
        task: `auto`, `classification` or `regression`.
        metric: what chooses networks; log-loss or RMSE where `None`.
        kinds: kinds stated by the user, by column.
        time: column whose order the splits keep.
        group: column whose values stay on one side of every split.

    Example:
        >>> table = {"age": list(range(40)), "ill": ["no", "yes"] * 20}
        >>> build_dataset(table, target="ill").task.classes
        ('no', 'yes')
    """
    reading = read_source(source, target=target)
    for name, purpose in ((target, "is the target"), (time, "is named in --time"), (group, "is named in --group")):
        if name is not None and name not in reading.frame.columns:
            raise ColumnMissing(name, reading.frame.columns, purpose=purpose)
    if target in (time, group) or (time is not None and time == group):
        raise SettingInvalid("--target, --time and --group must name three different columns.")
    return _build(reading, target=target, task=task, metric=metric, kinds=kinds, time=time, group=group)


def _build(
    reading: Reading, *, target: str, task: str, metric: str | None, kinds: Mapping[str, str | ColumnKind] | None, time: str | None, group: str | None
) -> Dataset:
    _refuse_few_rows(reading.frame.height, "rows")
    decided = guess_task(reading.frame[target], task=task, metric=metric)
    frame, set_aside = _rows_with_target(reading.frame, target)
    if set_aside:  # refusals shall name rows of the whole table
        whole = Schema(columns=guess_columns(reading.frame, target=target, overrides=kinds), time=time, group=group)
        typed_frame(reading.frame, whole)
    schema = Schema(columns=guess_columns(frame, target=target, overrides=kinds), time=time, group=group)
    _refuse_unordered_time(frame, schema)
    if not schema.inputs:
        raise DataError(
            "A network needs at least one column that varies, but every column except the target is constant, an identifier or the group. "
            "Add columns, or state a kind with --kind."
        )
    typed = typed_frame(frame, schema)
    return Dataset(
        name=reading.name,
        frame=frame.drop(target).with_columns(typed.get_columns()),
        schema=schema,
        task=decided,
        target=target_values(frame[target], decided),
        events=(*reading.events, *set_aside, *_doubtful_dates(schema)),
    )


def _refuse_few_rows(rows: int, called: str) -> None:
    if rows < FEWEST_ROWS:
        raise TooFewRows(f"A fit needs at least {FEWEST_ROWS} {called}, but the table has {rows}. Add rows.")


def _rows_with_target(frame: pl.DataFrame, target: str) -> tuple[pl.DataFrame, tuple[Event, ...]]:
    missing = frame[target].null_count()
    _refuse_few_rows(frame.height - missing, "rows with a target")
    if not missing:
        return frame, ()
    event = Event(name="rows-without-target", what=f"{missing:,} of {frame.height:,} rows have no value in the target {target!r} and were set aside.")
    return frame.filter(pl.col(target).is_not_null()), (event,)


def _refuse_unordered_time(frame: pl.DataFrame, schema: Schema) -> None:
    if schema.time is None:
        return
    column = schema[schema.time]
    if column.kind is not ColumnKind.DATETIME and not frame.schema[schema.time].is_numeric():
        raise ColumnUnusable(
            f"The time column {column.name!r} must hold dates or numbers, but it holds {column.why}. Choose another column for --time.", column=column.name
        )
    if missing := frame[schema.time].null_count():
        raise ColumnUnusable(
            f"The time column {column.name!r} must have a value in every row, but {missing:,} rows lack one. Fill them in or remove these rows.",
            column=column.name,
        )


def _doubtful_dates(schema: Schema) -> tuple[Event, ...]:
    return tuple(
        Event(name="date-order-guessed", what=f"Column {column.name!r} holds {column.why}.")
        for column in schema.columns
        if "month first by convention" in column.why
    )
