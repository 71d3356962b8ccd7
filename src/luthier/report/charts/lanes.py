"""Dots with intervals, one lane a row: fluid in width (percentages), with text at its true size."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from luthier.report.charts.axes import Scale, round_ticks, span, tick_texts
from luthier.report.charts.svg import element


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
    expendable: bool = False
    "True where an arrow at the edge may stand for it, if drawn to scale it would squeeze the others."


def lane_chart(lanes: tuple[Lane, ...], *, description: str, reference: float | None = None, percent: bool = False, bars: bool = False) -> Markup:
    """All lanes over one axis.

    Args:
        reference: a value marked by a dashed line through all lanes, such as the promise or zero.
        percent: write the axis in percent.
        bars: draw a bar from the reference to the value.
    """
    low, high = _axis(lanes, reference)
    scale = Scale(low=low, high=high, start=0.0, end=100.0)
    ticks = round_ticks(low, high, count=4)
    rows = [_row(lane, scale, ticks, reference, bars) for lane in lanes]
    texts = [f"{100 * tick:.4g} %" for tick in ticks] if percent else tick_texts(ticks)
    names = [
        element("text", text, x=f"{scale(tick):.2f}%", y=13, class_="tick", text_anchor=_anchor(scale(tick))) for tick, text in zip(ticks, texts, strict=True)
    ]
    axis = element("div", _plot(*names), class_="lane lane-axis", aria_hidden="true")
    return element("div", *rows, axis, class_="lanes", role="img", aria_label=description)


def _axis(lanes: tuple[Lane, ...], reference: float | None) -> tuple[float, float]:
    """The range of the axis, without the expendable lanes where they would squeeze the others."""
    fixed = [] if reference is None else [reference]
    whole = span([*_ends(lanes), *fixed], margin=0.06)
    kept = [*_ends(tuple(lane for lane in lanes if not lane.expendable)), *fixed]
    close = span(kept, margin=0.06)
    return close if len(kept) > 1 and 2.5 * (close[1] - close[0]) < whole[1] - whole[0] else whole


def _ends(lanes: tuple[Lane, ...]) -> list[float]:
    return [end for lane in lanes for end in (lane.value, lane.lower, lane.upper) if end is not None]


def _row(lane: Lane, scale: Scale, ticks: tuple[float, ...], reference: float | None, bars: bool) -> Markup:
    kind, here = "strong" if lane.strong else "plain", scale(lane.value)
    marks = [element("line", x1=f"{scale(tick):.2f}%", x2=f"{scale(tick):.2f}%", y1=0, y2="100%", class_="grid") for tick in ticks]
    if reference is not None:
        marks.append(element("line", x1=f"{scale(reference):.2f}%", x2=f"{scale(reference):.2f}%", y1=0, y2="100%", class_="reference"))
    if bars and reference is not None:
        start, end = sorted((scale(reference), here))
        marks.append(element("rect", x=f"{start:.2f}%", width=f"{end - start:.2f}%", y="50%", height=12, transform="translate(0 -6)", class_=f"bar {kind}"))
    if not 0 <= here <= 100:
        marks.append(element("text", "▸" if here > 100 else "◂", x="100%" if here > 100 else "0%", y="50%", dy="0.35em", text_anchor="middle", class_="beyond"))
    elif lane.lower is not None and lane.upper is not None:
        marks.append(element("line", x1=f"{scale(lane.lower):.2f}%", x2=f"{scale(lane.upper):.2f}%", y1="50%", y2="50%", class_=f"interval {kind}"))
    if not bars and 0 <= here <= 100:
        marks.append(element("circle", cx=f"{here:.2f}%", cy="50%", r=5, class_=f"dot {kind}"))
    label = element("div", lane.label, *([element("small", lane.note)] if lane.note else []), class_="lane-label")
    return element("div", label, _plot(*marks), element("div", lane.text, class_="lane-value"), class_=f"lane {kind}")


def _plot(*marks: Markup) -> Markup:
    """The part in the middle: it takes all the height of its row, so that lines of neighbors meet."""
    return element("div", element("svg", *marks), class_="lane-plot")


def _anchor(position: float) -> str:
    return "start" if position < 4 else "end" if position > 96 else "middle"
