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
from luthier.evaluate.baseline_models import BASELINES, Baseline, BaselineData
from luthier.evaluate.threads import few_threads

MOST_ROWS = 200_000
_PROBE_ROWS = 10_000
_CELLS_WORTH_A_PROBE = 500_000


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

    At most 200,000 training rows are used; with a deadline, as many as a first run on a part of them says that the time allows.

    Args:
        train: typed frame (`data.typed_frame`) of the training rows.
        truth: class numbers or numbers of the training rows.
        test: typed frame of the rows to answer.
    """
    data = BaselineData(train=train, truth=np.asarray(truth), test=test, schema=schema, task=task, seed=derive_seed(seed, "baselines"))
    return tuple(_run(baseline, data, deadline) for baseline in baselines)


def _run(baseline: Baseline, data: BaselineData, deadline: Deadline | None) -> BaselineRun:
    if deadline is not None and deadline.seconds_left <= 0:
        return _failed(baseline, 0.0, 0, "There was no time left for it.")
    if deadline is not None and baseline.grows_trees and _seconds_for_trees(data) > deadline.seconds_left:
        return _failed(baseline, 0.0, 0, f"There was no time left for the trees of {data.task.outputs:,} classes.")
    now = monotonic if deadline is None else deadline.now
    most = min(MOST_ROWS, data.train.height)
    is_large = data.train.height * max(len(data.schema.inputs), 1) > _CELLS_WORTH_A_PROBE
    if deadline is None or not is_large:
        return _attempt(baseline, data, most, now)
    probe = _attempt(baseline, data, min(_PROBE_ROWS, most // 4), now)
    affordable = int(min(probe.rows * deadline.seconds_left / max(probe.seconds, 1e-6), most))
    if probe.prediction is not None and affordable < 2 * probe.rows:
        return probe
    final = _attempt(baseline, data, min(most, max(affordable, probe.rows)), now)
    return replace(final, seconds=probe.seconds + final.seconds)


def _seconds_for_trees(data: BaselineData) -> float:
    """What boosting takes at least: 100 trees a class, each by the columns. Measured: 200 classes and 588 columns took 145 s."""
    classes = data.task.outputs if data.task.outputs > 2 else 1
    return classes * 100 * (5e-4 + 1e-5 * len(data.schema.inputs))


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
