"""What is watched, and one window of it: typed inputs, answers, truths and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from luthier.core.errors import SettingInvalid
from luthier.core.task import Schema, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is watched: the task that a model answers and the columns that it sees."""

    task: Task
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Cells of a column that its kind does not allow."""

    rows: int
    first: str
    "The first such cell."
    first_row: int
    "Its row, counted from 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows of one window. All parts stand in the same order.

    Where `at` is None but the rows stand in the order in which they were observed, give `numpy.arange(rows)`: only differences of times count.
    """

    frame: pl.DataFrame
    "Typed inputs as `typed_frame` makes them; of images, one column for each statistic."
    predictions: np.ndarray | None = None
    "Probabilities [rows, classes] or numbers [rows]; a row of NaN has no answer."
    truth: np.ndarray | None = None
    "Class numbers, -1 where unknown; or numbers, NaN where unknown."
    at: np.ndarray | None = None
    "Seconds since 1970 of each row."
    unreadable: Mapping[str, Unreadable] = field(default_factory=dict)
    "For each column what its kind does not allow; such cells are missing in `frame`."

    def __post_init__(self) -> None:
        for name in ("predictions", "truth", "at"):
            part = getattr(self, name)
            if part is not None and len(part) != self.frame.height:
                raise SettingInvalid(f"{name} must have one entry a row, but it has {len(part):,} for {self.frame.height:,} rows. Give them together.")

    @property
    def rows(self) -> int:
        """Rows of the window."""
        return self.frame.height

    def take(self, rows: np.ndarray) -> Sample:
        """These rows, by number."""
        predictions, truth, at = (None if part is None else part[rows] for part in (self.predictions, self.truth, self.at))
        return replace(self, frame=self.frame[rows], predictions=predictions, truth=truth, at=at)

    def in_order(self) -> Sample:
        """The rows by time; the same object where they carry none or stand in order already."""
        if self.at is None or (np.diff(self.at) >= 0).all():
            return self
        return self.take(np.argsort(self.at, kind="stable"))

    def thinned(self, most: int) -> Sample:
        """At most so many rows, evenly spread; the same object where there are no more."""
        return self if self.rows <= most else self.take(np.linspace(0, self.rows - 1, most).round().astype(np.int64))
