"""Quality over time: realised as filled dots, estimated as hollow ones, both with intervals, beside the reference."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from luthier.report.charts.axes import span
from luthier.report.charts.svg import element
from luthier.report.numerals import number
from luthier.web.charts.time_frame import TimeFrame
from luthier.web.quality import QualityPoint, QualityStory
from luthier.web.score_steps import Ends
from luthier.web.words import day_time, short

_APART = 0.5
"Percent of the width by which both kinds stand left and right of their moment."


def quality_chart(story: QualityStory) -> Markup:
    """One metric at each pass, with the reference of the model that answered."""
    frame = TimeFrame.over(_range([point.at for point in story.points]), span(list(_values(story)), margin=0.1))
    marks = [*_references(story, frame)]
    for point in story.points:
        if point.estimated is not None:
            marks += _dot(frame, point, point.estimated, "estimated", -_APART)
        if point.realised is not None:
            marks += _dot(frame, point, point.realised, "realised", _APART)
    return frame.draw(*marks, description=_described(story))


def _range(moments: list[float]) -> tuple[float, float]:
    """The moments with a little room on both sides."""
    low, high = min(moments), max(moments)
    room = 0.04 * (high - low) or 43_200.0
    return low - room, high + room


def _values(story: QualityStory) -> Iterator[float]:
    for point in story.points:
        for ends in (point.reference, point.realised, point.estimated):
            if ends is not None:
                yield from (end for end in (ends.value, ends.lower, ends.upper) if end is not None)


def _references(story: QualityStory, frame: TimeFrame) -> Iterator[Markup]:
    """A band and a dashed line for each model that answered, from pass to pass."""
    starts = [frame.x.low, *((before.at + after.at) / 2 for before, after in zip(story.points, story.points[1:], strict=False))]
    ends = [*starts[1:], frame.x.high]
    for point, start, end in zip(story.points, starts, ends, strict=True):
        across = {"x": frame.along(start), "width": f"{frame.x(end) - frame.x(start):.2f}%"}
        if point.reference.lower is not None and point.reference.upper is not None:
            top, bottom = frame.y(point.reference.upper), frame.y(point.reference.lower)
            yield element("rect", **across, y=top, height=bottom - top, class_="reference-band")
        if point.reference.value is not None:
            here = frame.y(point.reference.value)
            yield element("line", x1=frame.along(start), x2=frame.along(end), y1=here, y2=here, class_="reference")


def _dot(frame: TimeFrame, point: QualityPoint, ends: Ends, kind: str, apart: float) -> list[Markup]:
    here = f"{frame.x(point.at) + apart:.2f}%"
    tip = element("title", f"{day_time(point.at)} UTC, {kind}: {ends.text}, model {short(point.bundle)}")
    style = "strong" if kind == "realised" else "plain"
    bar = []
    if ends.lower is not None and ends.upper is not None:
        bar = [element("line", x1=here, x2=here, y1=frame.y(ends.lower), y2=frame.y(ends.upper), class_=f"interval thin {style}")]
    return [*bar, element("circle", tip, cx=here, cy=frame.y(ends.value or 0.0), r=4.5, class_=f"dot {style}")]


def _described(story: QualityStory) -> str:
    last = story.points[-1]
    now = last.realised or last.estimated
    kind = "realised" if last.realised is not None else "estimated"
    count = len(story.points)
    return (
        f"{story.label} at {count} pass{'es' if count != 1 else ''} of the monitor; the last, {kind}: {number(now.value if now else None)}, "
        f"against {number(last.reference.value)} in the reference."
    )
