"""Self-test: how often the monitor calls two parts of the user's own reference different, before its alarms are switched on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from luthier.core.seeds import numpy_rng
from luthier.evaluate.intervals import wilson_interval
from luthier.evaluate.records import AbstractRecord
from luthier.monitor.dependence import Order
from luthier.monitor.evidence import Evidence
from luthier.monitor.features import Feature, features_of
from luthier.monitor.inputs import decide_features
from luthier.monitor.sample import Sample, Subject
from luthier.monitor.settings import LARGEST_ALPHA, MonitorSettings

SPLITS = 200
_MOST_ROWS, _MOST_JOINT_ROWS = 2_000, 200
_FEWEST_ROWS = 100
_FEWEST_SPLITS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest(AbstractRecord):
    """The share of splits of an unchanged reference in which something was called changed."""

    splits: int
    "How often the reference was split."
    alarms: int
    "Splits with any alarm."
    share: float | None
    lower: float | None
    "The 95 % interval of the share (Wilson)."
    upper: float | None
    nominal: float
    "The share that the budget allows: the largest alpha of a pass, so that a few hundred splits can tell."
    by_time: bool
    "True where one part was a stretch of time; False where rows were dealt at random."
    switched_on: bool
    "True where the realised share does not contradict the nominal one."
    most_often: str
    "What was called changed most often; empty where nothing was."
    sentence: str
    "The verdict in plain words."

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> SelfTest:
        """The self-test that `to_json` wrote."""
        return cls(**record)


def self_test(
    subject: Subject,
    reference: Sample,
    *,
    rows_now: int,
    settings: MonitorSettings | None = None,
    splits: int = SPLITS,
    seconds: float = 25.0,
    clock: Callable[[], float] = time.monotonic,
) -> SelfTest:
    """Split the reference many times in the proportion of the sizes at hand, and run the same tests on both parts.

    Where rows carry times, one part is a stretch of time and the other all the rest: seasons and trends in the reference then count as alarms, as they
    will in use. Without times rows are dealt at random, which tests the laws behind the p-values on this very data, and no more. At most 2,000 rows take
    part in a split.

    Args:
        rows_now: rows of the windows that will be compared.
        seconds: no split begins later; at least 20 are made.
        clock: tells the seconds.

    Example:
        >>> import polars as pl
        >>> from luthier.core.task import Schema, Task, TaskKind
        >>> subject = Subject(task=Task(kind=TaskKind.REGRESSION, target="y"), schema=Schema(columns=()))
        >>> values = np.random.default_rng(0).normal(size=(300, 2))
        >>> sample = Sample(frame=pl.DataFrame({"a": values[:, 0], "b": values[:, 1]}))
        >>> self_test(subject, sample, rows_now=100, splits=20).switched_on
        True
    """
    settings = replace(settings or MonitorSettings(), alpha=LARGEST_ALPHA)
    ordered = reference.in_order()
    if ordered.rows < _FEWEST_ROWS:
        return _too_few(ordered.rows)
    settings = replace(settings, most_joint_rows=min(settings.most_joint_rows, _MOST_JOINT_ROWS))
    features, split = features_of(subject, ordered, ordered), _splitter(ordered, rows_now, numpy_rng(settings.seed, "self-test"))
    began, found = clock(), list[tuple[Evidence, ...]]()
    while len(found) < splits and (len(found) < _FEWEST_SPLITS or clock() - began < seconds):
        found.append(_alarms(features, *split(), replace(settings, seed=settings.seed + len(found))))
    return judge(found, by_time=ordered.at is not None)


def _splitter(reference: Sample, rows_now: int, rng: np.random.Generator) -> Callable[[], tuple[np.ndarray, np.ndarray, Order]]:
    """Draws the rows of both parts: a stretch of time and the rest, or any rows and the rest."""
    rows, at = reference.rows, reference.at
    part = min(max(round(rows * rows_now / (rows + rows_now)), _FEWEST_ROWS // 2), rows - _FEWEST_ROWS // 2)
    thin = min(1.0, _MOST_ROWS / rows)

    def by_time() -> tuple[np.ndarray, np.ndarray, Order]:
        assert at is not None
        first = int(rng.integers(0, rows - part + 1))
        inside = np.arange(first, first + part)
        outside = np.setdiff1d(np.arange(rows), inside)
        then, now = _spread(outside, thin), _spread(inside, thin)
        return then, now, Order(then=at[then], now=at[now])

    def at_random() -> tuple[np.ndarray, np.ndarray, Order]:
        dealt = rng.permutation(rows)[: max(round(rows * thin), _FEWEST_ROWS)]
        here = max(round(part * len(dealt) / rows), _FEWEST_ROWS // 2)
        return dealt[here:], dealt[:here], Order()

    return at_random if at is None else by_time


def _spread(rows: np.ndarray, share: float) -> np.ndarray:
    kept = min(len(rows), max(round(len(rows) * share), _FEWEST_ROWS // 2))
    return rows[np.linspace(0, len(rows) - 1, kept).round().astype(np.int64)]


def _alarms(features: tuple[Feature, ...], then: np.ndarray, now: np.ndarray, order: Order, settings: MonitorSettings) -> tuple[Evidence, ...]:
    parts = [feature.split(then, now) for feature in features]
    return tuple(evidence for evidence in decide_features(parts, order, settings) if evidence.alarmed)


def judge(found: list[tuple[Evidence, ...]], *, by_time: bool) -> SelfTest:
    """The verdict on the alarms of each split."""
    alarms = sum(bool(evidence) for evidence in found)
    interval = wilson_interval(alarms, len(found))
    names = [evidence.name for alarmed in found for evidence in alarmed]
    most_often = max(dict.fromkeys(names), key=names.count, default="")
    switched_on = interval.lower <= LARGEST_ALPHA
    return SelfTest(
        splits=len(found),
        alarms=alarms,
        share=interval.value,
        lower=interval.lower,
        upper=interval.upper,
        nominal=LARGEST_ALPHA,
        by_time=by_time,
        switched_on=switched_on,
        most_often=most_often,
        sentence=_sentence(alarms, len(found), most_often, by_time=by_time, switched_on=switched_on),
    )


def _sentence(alarms: int, splits: int, most_often: str, *, by_time: bool, switched_on: bool) -> str:
    interval = wilson_interval(alarms, splits)
    seen = (
        f"{alarms} of {splits} splits of the unchanged reference raised an alarm "
        f"({100 * interval.value:.3g} %, 95 % interval {100 * interval.lower:.2g} to {100 * interval.upper:.2g} %; {100 * LARGEST_ALPHA:g} % are allowed)"
    )
    if switched_on:
        return f"Switched on: {seen}." if by_time else f"Switched on: {seen}. Rows carry no times, so that seasons and trends were not tested."
    why = "Its rows change with time, and a stretch of it does not look like the rest" if by_time else "The laws of the tests do not fit these rows"
    advice = "Take a reference that looks like the season at hand" if by_time else "Give the times of the rows, or a larger reference"
    named = most_often[0].lower() + most_often[1:]
    return f"Do not switch on: {seen}. {why}, most often {named}. {advice}."


def _too_few(rows: int) -> SelfTest:
    sentence = f"Do not switch on: the reference has {rows:,} rows, and a self-test needs {_FEWEST_ROWS}. Collect more rows first."
    return SelfTest(
        splits=0,
        alarms=0,
        share=None,
        lower=None,
        upper=None,
        nominal=LARGEST_ALPHA,
        by_time=False,
        switched_on=False,
        most_often="",
        sentence=sentence,
    )
