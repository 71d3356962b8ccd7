"""Permutation importance: how much worse the prediction gets when a column's values are dealt out anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from luthier.core.clock import Deadline
from luthier.core.findings import Event
from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Floats
from luthier.evaluate.metric import Metric
from luthier.evaluate.records import AbstractRecord

MOST_ROWS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnImportance(AbstractRecord):
    """What one column is worth to the prediction."""

    column: str
    error_increase: float
    "Mean rise of the metric's error when the column is shuffled; around 0 or below where the column does not matter."
    spread: float
    "Standard deviation over the repeats, with n - 1; NaN for one repeat."
    repeats: int
    "How often it was shuffled."


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance(AbstractRecord):
    """The columns, the most important one first. Columns that say the same share what they are worth: each looks less important than it is."""

    metric: str
    baseline_error: float
    "Error with all columns in place."
    rows: int
    "Rows that were shuffled."
    columns: tuple[ColumnImportance, ...]
    events: tuple[Event, ...]


def permutation_importance(
    predict: Callable[[pl.DataFrame], Floats],
    frame: pl.DataFrame,
    truth: ArrayLike,
    metric: Metric,
    *,
    columns: Sequence[str] | None = None,
    repeats: int = 5,
    seed: int = 0,
    deadline: Deadline | None = None,
) -> Importance:
    """Shuffle one column at a time and predict again: every column once, then every column again, until the repeats are done or the time is up.

    Source: Fisher, Rudin, Dominici 2019, All Models are Wrong, but Many are Useful (model reliance, here as a difference).

    Args:
        predict: gives probabilities or numbers for a frame of raw columns.
        columns: to shuffle; all where it is `None`.
        deadline: nothing new is started after it.
    """
    sample, known = _sample(frame, np.asarray(truth), seed)
    names = tuple(frame.columns if columns is None else columns)
    intact = metric.error(known, predict(sample))
    increases: dict[str, list[float]] = {name: [] for name in names}
    for repeat, name in ((repeat, name) for repeat in range(repeats) for name in names):
        if deadline is not None and deadline.seconds_left <= 0:
            break
        order = numpy_rng(seed, "importance", name, repeat).permutation(len(known))
        shuffled = sample.with_columns(sample[name][order])
        increases[name].append(metric.error(known, predict(shuffled)) - intact)
    return Importance(
        metric=metric.name,
        baseline_error=intact,
        rows=len(known),
        columns=tuple(sorted((_summary(name, values) for name, values in increases.items() if values), key=lambda column: -column.error_increase)),
        events=_events(increases, repeats, rows=frame.height, used=len(known)),
    )


def _sample(frame: pl.DataFrame, truth: NDArray[np.generic], seed: int) -> tuple[pl.DataFrame, NDArray[np.generic]]:
    if frame.height <= MOST_ROWS:
        return frame, truth
    rows = np.sort(numpy_rng(seed, "importance").permutation(frame.height)[:MOST_ROWS])
    return frame[rows], truth[rows]


def _summary(name: str, increases: list[float]) -> ColumnImportance:
    spread = float(np.std(increases, ddof=1)) if len(increases) > 1 else float("nan")
    return ColumnImportance(column=name, error_increase=float(np.mean(increases)), spread=spread, repeats=len(increases))


def _events(increases: dict[str, list[float]], repeats: int, *, rows: int, used: int) -> tuple[Event, ...]:
    events = []
    if used < rows:
        events.append(Event(name="importance-rows-capped", what=f"Importance was measured on {used:,} of {rows:,} rows."))
    left_out = [name for name, values in increases.items() if not values]
    done = sum(len(values) for values in increases.values())
    if done < repeats * len(increases):
        what = f"{done:,} of {repeats * len(increases):,} shuffles were done before the time was up"
        events.append(Event(name="importance-cut-short", what=f"{what}; {len(left_out)} of {len(increases)} columns were not shuffled."))
    return tuple(events)
