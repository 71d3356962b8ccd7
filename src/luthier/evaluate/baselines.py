"""Baselines are run here: in the time that is left, each with its seconds, none of them fatal."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from luthier.core.clock import Deadline
from luthier.core.findings import Event
from luthier.core.seeds import derive_seed, numpy_rng
from luthier.core.task import Schema, Task
from luthier.evaluate.answers import Floats
from luthier.evaluate.baseline_models import BASELINES, BEGINNING, Baseline, BaselineData, Outlook
from luthier.evaluate.threads import few_threads

MOST_ROWS = 200_000
PART_ROWS = 10_000
"Or a quarter of the rows, if that is less: what is learned from first, to see how long it takes."
FEWEST_ROWS = 1_000
"Of a larger table no baseline learns from fewer: it would be no measure."
CAUTION = 4.0
"A busy machine may take so many times what an outlook says; what it says may be so many times too much where classes have few rows."


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineRun:
    """What one baseline answered, or why it did not."""

    name: str
    label: str
    "As sentences call it."
    prediction: Floats | None
    "Probabilities [rows, classes] or numbers [rows] of the test rows; nothing where it failed."
    seconds: float
    "To learn and to answer."
    rows: int
    "Training rows that it saw."
    failure: str = ""
    "Why there is no prediction."
    events: tuple[Event, ...] = ()


def fit_baselines(
    train: pl.DataFrame,
    truth: NDArray[Any],
    test: pl.DataFrame,
    *,
    schema: Schema,
    task: Task,
    seed: int = 0,
    deadline: Deadline | None = None,
    baselines: Sequence[Baseline] = BASELINES,
) -> tuple[BaselineRun, ...]:
    """Let each baseline learn from the training rows and answer the test rows.

    At most 200,000 training rows are used; with a deadline, as many as a measurement on these very rows says that the time allows. What would
    take too long on few rows too is left out, and the run says so.

    Args:
        train: typed frame (`data.typed_frame`) of the training rows.
        truth: class numbers or numbers of the training rows.
        test: typed frame of the rows to answer.
    """
    data = BaselineData(train=train, truth=np.asarray(truth), test=test, schema=schema, task=task, seed=derive_seed(seed, "baselines"))
    return tuple(_run(baseline, data, deadline) for baseline in baselines)


def _run(baseline: Baseline, data: BaselineData, deadline: Deadline | None) -> BaselineRun:
    most = min(MOST_ROWS, data.train.height)
    if deadline is None:
        return _attempt(baseline, data, most, monotonic)
    if deadline.seconds_left <= 0:
        return _failed(baseline, 0.0, 0, "There was no time left for it.")
    if baseline.outlook is None:
        return _run_after_a_part(baseline, data, most, deadline)
    return _run_after_a_beginning(baseline, baseline.outlook, data, most, deadline)


def _run_after_a_part(baseline: Baseline, data: BaselineData, most: int, deadline: Deadline) -> BaselineRun:
    """A run on a part of the rows says for how many the time suffices; where not for twice as many, the part is the answer."""
    part = _attempt(baseline, data, min(most, max(FEWEST_ROWS, min(PART_ROWS, most // 4))), deadline.now)
    affordable = int(min(part.rows * deadline.seconds_left / max(part.seconds, 1e-6), most))
    if part.rows == most or affordable < min(2 * part.rows, most):
        return part
    final = _attempt(baseline, data, affordable, deadline.now)
    return replace(final, seconds=part.seconds + final.seconds)


def _run_after_a_beginning(baseline: Baseline, outlook: Outlook, data: BaselineData, most: int, deadline: Deadline) -> BaselineRun:
    """Where the outlook leaves a doubt, the beginning of a run says for how many rows the time suffices."""
    few = min(most, FEWEST_ROWS)
    least, whole = (outlook.seconds(data, rows) for rows in (few, most))
    if least > CAUTION * deadline.seconds_left:
        return _failed(baseline, 0.0, 0, f"There was no time left for {_trees(data)}.")
    if CAUTION * whole <= deadline.seconds_left:
        return _attempt(baseline, data, most, deadline.now)
    begun = _attempt(replace(baseline, answer=outlook.begin), data, most, deadline.now)
    if begun.prediction is None:
        return begun
    pace, left = begun.seconds / BEGINNING / whole, max(deadline.seconds_left, 0.0)
    if pace * least > left:
        why = f"There was no time left for it: {few:,} rows would take about {pace * least:.0f} s, and {left:.0f} s were left."
        return _failed(baseline, begun.seconds, 0, why)
    affordable = int(few + (most - few) * min((left / pace - least) / max(whole - least, 1e-9), 1.0))
    final = _attempt(baseline, data, affordable, deadline.now)
    return replace(final, seconds=begun.seconds + final.seconds)


def _trees(data: BaselineData) -> str:
    return f"the trees of {data.task.outputs:,} classes" if data.task.outputs > 2 else f"trees over {len(data.schema.inputs):,} columns"


def _attempt(baseline: Baseline, data: BaselineData, rows: int, now: Callable[[], float]) -> BaselineRun:
    """One run on some of the rows. Whatever a library raises is recorded: a baseline never ends a fit."""
    started, used = now(), _some_rows(data, rows)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with few_threads():
                prediction, events = baseline.answer(used)
        except Exception as error:  # noqa: BLE001
            return _failed(baseline, now() - started, rows, f"{type(error).__name__}: {_first_line(error)}")
    if not np.isfinite(prediction).all():
        return _failed(baseline, now() - started, rows, "It answered with numbers that are not finite.")
    said = {f"{item.category.__name__}: {_first_line(item.message)}" for item in caught}
    events = (*_capped(baseline, rows, data.train.height), *events, *(Event(name="baseline-warning", what=f"{baseline.name}: {text}") for text in sorted(said)))
    return BaselineRun(name=baseline.name, label=baseline.label, prediction=prediction, seconds=now() - started, rows=rows, events=events)


def _some_rows(data: BaselineData, rows: int) -> BaselineData:
    if rows >= data.train.height:
        return data
    chosen = np.sort(numpy_rng(data.seed, "rows").permutation(data.train.height)[:rows])
    return replace(data, train=data.train[chosen], truth=data.truth[chosen])


def _capped(baseline: Baseline, used: int, rows: int) -> tuple[Event, ...]:
    if used >= rows:
        return ()
    return (Event(name="baseline-rows-capped", what=f"The baseline {baseline.name!r} learned from {used:,} of {rows:,} training rows."),)


def _failed(baseline: Baseline, seconds: float, rows: int, why: str) -> BaselineRun:
    event = Event(name="baseline-failed", what=f"The baseline {baseline.name!r} gave no prediction. {why}")
    return BaselineRun(name=baseline.name, label=baseline.label, prediction=None, seconds=seconds, rows=rows, failure=why, events=(event,))


def _first_line(error: object) -> str:
    lines = str(error).splitlines()
    return lines[0].strip() if lines else ""
