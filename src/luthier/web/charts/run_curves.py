"""The curves of a run: how the error of each network fell, while it goes on and afterwards."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.axes import span
from luthier.report.charts.curves import COLORED, style
from luthier.report.charts.svg import element
from luthier.report.numerals import number
from luthier.web.charts.time_frame import TimeFrame, number_ticks
from luthier.web.run_story import RunCurve, RunStory

_CUT = 5
"Of the first measurements a share of one in so many may lie above the picture."


def run_chart(story: RunStory) -> Markup:
    """All networks, the best ones in color."""
    furthest = max((curve.steps[-1] for curve in story.curves if curve.steps), default=1.0)
    x = (0.0, max(furthest, 1e-9) * 1.02)
    frame = TimeFrame.over(x, error_range(story.curves), x_ticks=number_ticks(*x), height=260.0)
    marks = [mark for index, curve in reversed(list(enumerate(story.curves))) for mark in _curve(curve, frame, index)]
    inside = element("svg", *marks, class_="clipped", height=260.0)
    return frame.draw(inside, description=_described(story))


def curve_style(index: int) -> str:
    """The class that gives the curve of that rank its color and dash."""
    return f"line {style(index)}" if index < COLORED else "line rest"


def error_range(curves: Sequence[RunCurve]) -> tuple[float, float]:
    """A range in which the end of the training is well seen."""
    low, high = [], []
    for curve in curves:
        finite = [error for error in curve.errors if math.isfinite(error)]
        if finite:
            low.append(min(finite))
            high.append(max(finite[len(finite) // _CUT :]))
    return span([*low, *high], margin=0.06)


def _curve(curve: RunCurve, frame: TimeFrame, index: int) -> list[Markup]:
    points = [(step, error) for step, error in zip(curve.steps, curve.errors, strict=True) if math.isfinite(error)]
    if not points:
        return []
    last = element("circle", cx=frame.along(points[-1][0]), cy=frame.y(points[-1][1]), r=3.5, class_=f"end {style(index)}")
    return [frame.line(points, curve_style(index), tip=f"{curve.title}: {number(curve.last)}"), *([last] if index < COLORED else [])]


def _described(story: RunStory) -> str:
    if not story.curves:
        return "No curve has been told yet."
    best = story.curves[0]
    return f"{story.metric} of {len(story.curves)} networks; the best, {best.title}, is at {number(best.last)}."
