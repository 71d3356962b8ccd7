"""Traffic as bars: rows answered in each step, the models stacked."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from luthier.report.charts.svg import element
from luthier.web.charts.time_frame import TimeFrame
from luthier.web.traffic import TrafficStory
from luthier.web.words import day_time, short

_STYLES = 6
"Styles of models; older ones share the last."


def traffic_chart(story: TrafficStory) -> Markup:
    """All models over the span, the champion at the bottom."""
    top = max(max(story.totals), 1) * 1.06
    frame = TimeFrame.over((story.starts[0], story.end), (0.0, top))
    bars = [bar for model in range(len(story.models)) for bar in _bars(story, frame, model)]
    return frame.draw(*bars, description=_described(story))


def traffic_style(model: int) -> str:
    """The class that gives a model its color by its place in the story."""
    return f"m{min(model + 1, _STYLES)}"


def sparkline(story: TrafficStory) -> Markup:
    """The whole span in a small picture."""
    totals, height = story.totals, 26.0
    top, width = max(max(totals), 1), 100 / len(totals)
    bars = [
        element("rect", x=f"{index * width:.2f}%", width=f"{0.78 * width:.2f}%", y=height - _tall(rows, top, height), height=_tall(rows, top, height))
        for index, rows in enumerate(totals)
        if rows
    ]
    base = element("line", x1="0", x2="100%", y1=height, y2=height, class_="grid")
    told = f"{story.total:,} answers in {story.span.label}, at most {max(totals):,} in {story.span.step_label}"
    return element("svg", base, *bars, class_="sparkline", height=height + 1, role="img", aria_label=told)


def _tall(rows: int, top: int, height: float) -> float:
    return max(rows / top * height, 1.5)


def _bars(story: TrafficStory, frame: TimeFrame, model: int) -> list[Markup]:
    style, step = traffic_style(model), 100 / len(story.starts)
    bars = []
    for index, rows in enumerate(story.rows[model]):
        if rows:
            below = sum(story.rows[earlier][index] for earlier in range(model))
            upper, lower = frame.y(below + rows), frame.y(below)
            tip = element("title", f"{day_time(datetime.fromtimestamp(story.starts[index], UTC))} UTC: {rows:,} by {short(story.models[model])}")
            bars.append(element("rect", tip, x=frame.along(story.starts[index]), width=f"{0.84 * step:.3f}%", y=upper, height=lower - upper, class_=style))
    return bars


def _described(story: TrafficStory) -> str:
    if not story.total:
        return f"No answers in the last {story.span.label}."
    parts = ", ".join(f"{sum(rows):,} by {short(model)}" for model, rows in zip(story.models, story.rows, strict=True))
    return f"Rows answered by the {story.span.step_label} over {story.span.label}: {story.total:,} in all, {parts}; at most {max(story.totals):,} in one."
