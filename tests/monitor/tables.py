"""Tables of mixed columns that the tests of the monitor compare."""

from __future__ import annotations

import numpy as np
import polars as pl

from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.monitor.features import Feature, Role
from luthier.monitor.sample import Sample, Subject

KINDS = (ColumnKind.NUMERIC, ColumnKind.NUMERIC, ColumnKind.NUMERIC, ColumnKind.CATEGORY, ColumnKind.BOOLEAN)


def subject_of(columns: int) -> Subject:
    kinds = [Column(name=f"c{place}", kind=KINDS[place % 5], dtype="") for place in range(columns)]
    return Subject(task=Task(kind=TaskKind.BINARY, target="y", classes=("healthy", "sick"), metric="log_loss"), schema=Schema(columns=tuple(kinds)))


def mixed_sample(rng: np.random.Generator, rows: int, columns: int, *, shift: float = 0.0) -> Sample:
    """Bell curves, skewed ones, counts, 30 levels of which many are rare, and booleans with a tenth missing; a shift moves the bell curves."""
    rare = 1.0 / np.arange(1, 31)
    makers = (
        lambda: rng.normal(size=rows) + shift,
        lambda: rng.lognormal(size=rows),
        lambda: rng.poisson(2, size=rows).astype(float),
        lambda: [f"level {level}" for level in rng.choice(30, p=rare / rare.sum(), size=rows)],
        lambda: pl.Series(np.where(rng.random(rows) < 0.1, np.nan, rng.random(rows) < 0.3)).fill_nan(None),
    )
    sick = rng.beta(2, 3, size=rows)
    return Sample(frame=pl.DataFrame({f"c{place}": makers[place % 5]() for place in range(columns)}), predictions=np.stack([1 - sick, sick], axis=1))


def numbers(then: object, now: object, *, name: str = "age", role: Role = Role.INPUT) -> Feature:
    return Feature(name=f"Column {name!r}", subject=name, role=role, then=np.asarray(then, dtype=float), now=np.asarray(now, dtype=float))


def matrix_features(then: np.ndarray, now: np.ndarray) -> list[Feature]:
    return [numbers(then[:, place], now[:, place], name=f"c{place}") for place in range(then.shape[1])]


def autoregressive(rng: np.random.Generator, rows: int, columns: int, coefficient: float) -> np.ndarray:
    values = np.zeros((rows + 200, columns))
    steps = rng.normal(size=values.shape)
    for row in range(1, len(values)):
        values[row] = coefficient * values[row - 1] + steps[row]
    return values[200:]
