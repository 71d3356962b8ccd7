"""The story of a run: its curves, the best first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from luthier.core.errors import SettingInvalid
from luthier.core.task import TaskKind
from luthier.evaluate import metric_named
from luthier.ledger import Ledger, Run, RunPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCurve:
    """What one network, or one kind of network, did on one fold."""

    title: str
    steps: tuple[float, ...]
    "Epochs or seconds: see `RunStory.step_label`."
    errors: tuple[float, ...]

    @property
    def last(self) -> float:
        """The last error that is finite."""
        return next((error for error in reversed(self.errors) if math.isfinite(error)), math.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStory:
    """The curves of a run."""

    metric: str
    "As people write it."
    step_label: str
    "What the curves run along."
    curves: tuple[RunCurve, ...]
    "The lowest error first."


def run_story(ledger: Ledger, run: Run) -> RunStory:
    """The curves that the ledger was told, while the run goes on and afterwards."""
    points = ledger.runs.points(run.id)
    folds = {point.title: sum(other.title == point.title for other in points) for point in points}
    curves = [_curve(point, several=folds[point.title] > 1) for point in points]
    ordered = sorted(curves, key=lambda curve: math.inf if math.isnan(curve.last) else curve.last)
    return RunStory(metric=metric_label(run, points[0].metric if points else run.metric), step_label=_step_label(points), curves=tuple(ordered))


def metric_label(run: Run, metric: str) -> str:
    """What people call a metric; its own name where it is none of ours."""
    try:
        return metric_named(metric, TaskKind(run.task)).label
    except (SettingInvalid, ValueError):
        return metric


def _curve(point: RunPoint, *, several: bool) -> RunCurve:
    return RunCurve(title=f"{point.title}, fold {point.fold}" if several else point.title, steps=point.epochs, errors=point.errors)


def _step_label(points: tuple[RunPoint, ...]) -> str:
    """A fit tells its best error along the seconds since its start, a single network along its epochs."""
    by_time = bool(points) and all(point.epochs and point.epochs[-1] == point.seconds for point in points)
    return "Seconds since the start" if by_time else "Epoch"
