"""Draws: two windows of made-up rows from one law, or the second one shifted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import cycle, islice, product
from pathlib import Path

import numpy as np
import polars as pl

from luthier.core.seeds import derive_seed
from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.monitor import Sample, Subject

NUMERIC, CATEGORICAL, ANSWERED = "numeric", "categorical", "with answers and labels"
LEVELS = (2, 5, 20, 50)
"Of the categorical columns, in turn."
SHIFTED = "x0"
_LAWS = ("normal", "lognormal", "uniform", "rounded", "heavy")
"Of the numeric columns, in turn; the first one is shifted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of draw."""

    sort: str
    "Numeric, categorical, or half and half with a model's answers and their truth."
    rows: int
    "Of each side."
    features: int
    shift: float = 0.0
    "Standard deviations by which column x0 moves."

    @property
    def values(self) -> int:
        """Cells of both sides."""
        return 2 * self.rows * self.features

    @property
    def is_large(self) -> bool:
        """Whether a pass takes seconds."""
        return self.features > 50 or self.rows > 10_000

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draw:
    """Two windows."""

    then: np.ndarray
    "[rows, features]; of a category its code."
    now: np.ndarray
    levels: tuple[int, ...]
    "Of each column; 0 of numbers."
    answers: tuple[np.ndarray, np.ndarray] | None = None
    "Probabilities [rows, classes] of both sides."
    truths: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def names(self) -> list[str]:
        """Of the columns."""
        return [f"{'c' if levels else 'x'}{place}" for place, levels in enumerate(self.levels)]

    @property
    def subject(self) -> Subject:
        """As the monitor wants it."""
        kinds = [(ColumnKind.CATEGORY, "String") if levels else (ColumnKind.NUMERIC, "Float64") for levels in self.levels]
        columns = tuple(Column(name=name, kind=kind, dtype=dtype) for name, (kind, dtype) in zip(self.names, kinds, strict=True))
        return Subject(task=Task(kind=TaskKind.BINARY, target="y", classes=("no", "yes"), metric="log_loss"), schema=Schema(columns=columns))

    def samples(self) -> tuple[Sample, Sample]:
        """Both windows as the monitor wants them: in the order of time."""
        return self._sample(0), self._sample(1)

    def _sample(self, side: int) -> Sample:
        values = (self.then, self.now)[side]
        series = [_series(name, values[:, place], levels) for place, (name, levels) in enumerate(zip(self.names, self.levels, strict=True))]
        return Sample(
            frame=pl.DataFrame(series),
            predictions=None if self.answers is None else self.answers[side],
            truth=None if self.truths is None else self.truths[side],
            at=np.arange(len(values), dtype=np.float64),
        )

    def write(self, folder: Path) -> None:
        """The files that peers read."""
        np.save(folder / "then.npy", self.then)
        np.save(folder / "now.npy", self.now)
        (folder / "facts.json").write_text(json.dumps({"names": self.names, "levels": self.levels}))


def cells(sorts: Iterable[str], rows: Iterable[int], features: Iterable[int], shifts: Iterable[float] = (0.0,)) -> list[Cell]:
    """All combinations, the cheap ones first."""
    made = [Cell(sort=sort, rows=count, features=width, shift=shift) for sort, count, width, shift in product(sorts, rows, features, shifts)]
    return sorted(made, key=lambda cell: cell.values)


def drawn(cell: Cell, replay: int) -> Draw:
    """The draw of a cell with this number: always the same one."""
    rng = np.random.default_rng(derive_seed(0, f"{cell.sort} {cell.rows} {cell.features} {replay}"))
    numbers = {NUMERIC: cell.features, CATEGORICAL: 0, ANSWERED: -(-cell.features // 2)}[cell.sort]
    levels = (0,) * numbers + tuple(islice(cycle(LEVELS), cell.features - numbers))
    then, now = (_side(cell.rows, levels, rng) for _ in range(2))
    if numbers:
        now[:, 0] += cell.shift
    if cell.sort != ANSWERED:
        return Draw(then=then, now=now, levels=levels)
    answers = [_answers(side) for side in (then, now)]
    truths = [(rng.random(cell.rows) < answer[:, 1]).astype(np.int64) for answer in answers]
    return Draw(then=then, now=now, levels=levels, answers=(answers[0], answers[1]), truths=(truths[0], truths[1]))


def _side(rows: int, levels: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return np.stack([_category(rows, count, rng) if count else _number(rows, _LAWS[place % len(_LAWS)], rng) for place, count in enumerate(levels)], axis=1)


def _number(rows: int, law: str, rng: np.random.Generator) -> np.ndarray:
    if law == "lognormal":
        return rng.lognormal(size=rows)
    if law == "uniform":
        return rng.random(rows)
    if law == "heavy":
        return rng.standard_t(3, size=rows)
    normal = rng.normal(size=rows)
    return np.round(3 * normal) if law == "rounded" else normal


def _category(rows: int, levels: int, rng: np.random.Generator) -> np.ndarray:
    """Each level half as frequent as twice its rank: frequent ones and rare ones."""
    weights = 1.0 / np.arange(1, levels + 1)
    return rng.choice(levels, size=rows, p=weights / weights.sum()).astype(np.float64)


def _answers(values: np.ndarray) -> np.ndarray:
    """A model that is calibrated: the truth is drawn from what it says."""
    yes = 1.0 / (1.0 + np.exp(1.0 - 1.5 * values[:, 0]))
    return np.stack([1.0 - yes, yes], axis=1)


def _series(name: str, values: np.ndarray, levels: int) -> pl.Series:
    return pl.Series(name, [f"level {code}" for code in range(levels)])[values.astype(np.int64)] if levels else pl.Series(name, values)
