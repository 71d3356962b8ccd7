"""Comparing two files: the monitor without a model and without a ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from luthier.core.errors import ColumnMissing, TooFewRows
from luthier.core.task import Schema, Task, TaskKind
from luthier.data import Source, guess_columns, read_table
from luthier.data.wording import listed
from luthier.monitor import Examination, MonitorSettings, Subject, examine, read_sample

FEWEST_ROWS = 30
"Of each file."


def compare_tables(reference: Source, current: Source, *, leave_out: Sequence[str] = (), settings: MonitorSettings | None = None) -> Examination:
    """Whether the rows of one table look like those of another: drift and data quality, with one error budget over all columns.

    Args:
        reference: rows as they should be.
        current: rows to compare with them; they need the same columns, in any order.
        leave_out: columns that are not compared, such as identifiers.

    Raises:
        TooFewRows: a table is too short to tell anything.
        ColumnMissing: the current table lacks a column of the reference.
    """
    then, now = read_table(reference), read_table(current)
    for name, frame in (("reference", then), ("current table", now)):
        if frame.height < FEWEST_ROWS:
            raise TooFewRows(f"A comparison needs at least {FEWEST_ROWS} rows on each side, but the {name} has {frame.height}. Bring more rows.")
    for column in leave_out:
        if column not in then.columns:
            raise ColumnMissing(column, then.columns, purpose="is named in --leave-out")
    kept = then.drop(list(leave_out))
    schema = Schema(columns=guess_columns(kept, target="", overrides=None))
    subject = Subject(task=Task(kind=TaskKind.REGRESSION, target=""), schema=schema)
    found = examine(subject, read_sample(kept, schema), read_sample(now, schema), settings)
    return replace(found, notes=(*found.notes, *_new_columns(now.columns, then.columns)))


def _new_columns(now: Sequence[str], then: Sequence[str]) -> list[str]:
    new = [name for name in now if name not in set(then)]
    return [f"The reference lacks these columns of the current table, so they were not compared: {listed(new)}."] if new else []
