"""Dots with intervals, one lane a row: fluid in width (percentages), with text at its true size."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from luthier.report.charts.axes import Scale, round_ticks, span, tick_texts
from luthier.report.charts.svg import element

LANE_HEIGHT = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row of the chart."""

    label: str
    value: float
    text: str
    "The value and its interval as text, at the right."
    lower: float | None = None
    upper: float | None = None
    strong: bool = False
    "True for the model itself: a filled dot in its color; a hollow gray one for the others."
    note: str = ""
    "A few words under the label."


def lane_chart(lanes: tuple[Lane, ...], *, description: str, reference: float | None = None, percent: bool = False, bars: bool = False) -> Markup:
    """All lanes over one axis.

    Args:
        reference: a value marked by a dashed line through all lanes, such as the promise or zero.
        percent: write the axis in percent.
        bars: draw a bar from the reference to the value.
    """
    ends = [end for lane in lanes for end in (lane.value, lane.lower, lane.upper) if end is not None]
    low, high = span([*ends, *([] if reference is None else [reference])], margin=0.06)
    scale = Scale(low=low, high=high, start=0.0, end=100.0)
    ticks = round_ticks(low, high, count=4)
    rows = [_row(lane, scale, ticks, reference, bars) for lane in lanes]
    texts = [f"{100 * tick:.4g} %" for tick in ticks] if percent else tick_texts(ticks)
    names = [element("text", text, x=f"{scale(tick):.2f}%", y=13, class_="tick", text_anchor=_anchor(scale(tick))) for tick, text in zip(ticks, texts, strict=True)]
    axis = element("div", element("svg", *names, class_="lane-plot", height=18), class_="lane lane-axis", aria_hidden="true")
    return element("div", *rows, axis, class_="lanes", role="img", aria_label=description)


def _row(lane: Lane, scale: Scale, ticks: tuple[float, ...], reference: float | None, bars: bool) -> Markup:
    middle, kind = LANE_HEIGHT / 2, "strong" if lane.strong else "plain"
    marks = [element("line", x1=f"{scale(tick):.2f}%", x2=f"{scale(tick):.2f}%", y1=0, y2="100%", class_="grid") for tick in ticks]
    if reference is not None:
        marks.append(element("line", x1=f"{scale(reference):.2f}%", x2=f"{scale(reference):.2f}%", y1=0, y2="100%", class_="reference"))
    if bars and reference is not None:
        start, end = sorted((scale(reference), scale(lane.value)))
        marks.append(element("rect", x=f"{start:.2f}%", width=f"{end - start:.2f}%", y=middle - 6, height=12, class_=f"bar {kind}"))
    if lane.lower is not None and lane.upper is not None:
        marks.append(element("line", x1=f"{scale(lane.lower):.2f}%", x2=f"{scale(lane.upper):.2f}%", y1=middle, y2=middle, class_=f"interval {kind}"))
    if not bars:
        marks.append(element("circle", cx=f"{scale(lane.value):.2f}%", cy=middle, r=5, class_=f"dot {kind}"))
    label = element("div", lane.label, *([element("small", lane.note)] if lane.note else []), class_="lane-label")
    plot = element("svg", *marks, class_="lane-plot", height=LANE_HEIGHT)
    return element("div", label, plot, element("div", lane.text, class_="lane-value"), class_=f"lane {kind}")


def _anchor(position: float) -> str:
    return "start" if position < 4 else "end" if position > 96 else "middle"
