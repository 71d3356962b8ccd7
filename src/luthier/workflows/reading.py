"""Reading the table of a fit: as a whole, or a sample of it where it is larger than memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from luthier.core.listener import Listener
from luthier.core.memory import machine_memory_bytes
from luthier.data import Dataset, Source, build_dataset
from luthier.data.large import LargeTable, Limits, Question, is_large, open_large
from luthier.workflows.settings import FitSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a fit works on."""

    dataset: Dataset
    "The rows in memory: all, or a sample."
    large: LargeTable | None = None
    "The whole, where the rows in memory are a sample of it."


@contextmanager
def open_table(data: Source, settings: FitSettings, listener: Listener, *, work: Path, limits: Limits | None = None) -> Iterator[Table]:
    """Read a table, say what was read, and keep a large one open until the block ends.

    Args:
        work: folder in which a large table that is no Parquet file is converted; nothing stays there.
        limits: what is held in memory; None goes by the memory of the machine.
    """
    assert settings.target is not None
    question = Question(target=settings.target, task=settings.task, metric=settings.metric, kinds=settings.kinds, time=settings.time, group=settings.group)
    limits = limits or Limits.within(machine_memory_bytes())
    if not is_large(data, limits):
        yield _told(Table(dataset=_called(build_dataset(data, **question.asked()), settings)), listener)
        return
    with open_large(data, question, seed=settings.seed, limits=limits, work=work) as large:
        yield _told(Table(dataset=large.sample, large=large), listener)


def _called(dataset: Dataset, settings: FitSettings) -> Dataset:
    return dataset if settings.called is None else replace(dataset, name=settings.called)


def _told(table: Table, listener: Listener) -> Table:
    dataset = table.dataset
    kinds = Counter(column.kind.value for column in dataset.schema.columns)
    described = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    rows = f"{dataset.rows:,} rows" if table.large is None else f"{table.large.blocks.file.rows:,} rows, {dataset.rows:,} of them in memory as a sample"
    listener.say(f"{dataset.name}: {rows}; columns: {described}.")
    classes = f" with {len(dataset.task.classes)} classes" if dataset.task.classes else ""
    listener.say(f"Task: {dataset.task.kind}{classes}, predicting {dataset.task.target!r} ({dataset.task.why}).")
    return table
