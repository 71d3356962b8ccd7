"""A wide chart over time: fluid in width, with text at its true size, so that it is as legible on a phone as on a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from luthier.report.charts.axes import Scale, round_ticks, tick_texts
from luthier.report.charts.svg import element, path

Tick = tuple[float, str]
"Where, and what stands there."

HEIGHT = 200.0
_MOST_TICKS = 7
_LETTER = 6.8
_STEPS_SECONDS = (
    60,
    300,
    600,
    900,
    1_800,
    3_600,
    2 * 3_600,
    3 * 3_600,
    6 * 3_600,
    12 * 3_600,
    *(86_400 * days for days in (1, 2, 3, 7, 14, 28, 56, 91, 182, 364)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFrame:
    """Axes around marks: along in percent of the width, upwards in pixels."""

    x: Scale
    "To percent of the width."
    y: Scale
    "To pixels, downwards."
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @classmethod
    def over(cls, x: tuple[float, float], y: tuple[float, float], *, x_ticks: Sequence[Tick] | None = None, height: float = HEIGHT) -> TimeFrame:
        """A frame for data in these ranges.

        Args:
            x: seconds since 1970, unless `x_ticks` say what it is.
        """
        upward = round_ticks(*y, count=5)
        return cls(
            x=Scale(low=x[0], high=x[1], start=0.0, end=100.0),
            y=Scale(low=y[0], high=y[1], start=height, end=0.0),
            x_ticks=tuple(time_ticks(*x) if x_ticks is None else x_ticks),
            y_ticks=tuple(zip(upward, tick_texts(upward), strict=True)),
        )

    def draw(self, *marks: Markup, description: str) -> Markup:
        """The whole chart."""
        height = max(self.y.start, self.y.end)
        width = 12 + _LETTER * max((len(text) for _, text in self.y_ticks), default=0)
        beside = [element("text", text, x=width - 8, y=self.y(tick) + 4, class_="tick", text_anchor="end") for tick, text in self.y_ticks]
        below = [element("text", text, x=self.along(tick), y=14, class_="tick", text_anchor=_anchor(self.x(tick))) for tick, text in self.x_ticks]
        return element(
            "div",
            element("svg", *beside, class_="time-y", width=width, height=height),
            element("svg", *self._grid(height), *marks, class_="time-plot", height=height),
            element("svg", *below, class_="time-x", height=20),
            class_="time-chart",
            role="img",
            aria_label=description,
        )

    def along(self, value: float) -> str:
        """Where a value lies along the axis."""
        return f"{self.x(value):.2f}%"

    def line(self, points: Sequence[tuple[float, float]], style: str, *, tip: str = "") -> Markup:
        """A line through points: stretched with the chart, while its width stays."""
        drawn = path((10 * self.x(x), self.y(y)) for x, y in points)
        title = [element("title", tip)] if tip else []
        height = max(self.y.start, self.y.end)
        return element(
            "svg", element("path", *title, d=drawn, class_=style), class_="stretched", viewBox=f"0 0 1000 {height:g}", preserveAspectRatio="none", height=height
        )

    def _grid(self, height: float) -> list[Markup]:
        across = [element("line", x1="0", x2="100%", y1=self.y(tick), y2=self.y(tick), class_="grid") for tick, _ in self.y_ticks]
        upward = [element("line", x1=self.along(tick), x2=self.along(tick), y1=height, y2=height + 4, class_="axis") for tick, _ in self.x_ticks]
        return [*across, *upward, element("line", x1="0", x2="100%", y1=height, y2=height, class_="axis")]


def time_ticks(start: float, end: float) -> tuple[Tick, ...]:
    """Round moments in UTC: days at midnight, and hours of the clock where the range is short.

    Example:
        >>> time_ticks(0.0, 86_400.0)
        ((0.0, '1 Jan'), (21600.0, '06:00'), (43200.0, '12:00'), (64800.0, '18:00'), (86400.0, '2 Jan'))
    """
    step = next((step for step in _STEPS_SECONDS if (end - start) / step <= _MOST_TICKS), _STEPS_SECONDS[-1])
    first = datetime.fromtimestamp(start, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    count = int((end - first.timestamp()) // step)
    moments = [first + timedelta(seconds=step * index) for index in range(count + 1)]
    return tuple((moment.timestamp(), _moment_text(moment, step)) for moment in moments if moment.timestamp() >= start)


def number_ticks(low: float, high: float) -> tuple[Tick, ...]:
    """Round numbers along the axis."""
    ticks = round_ticks(low, high, count=5)
    return tuple(zip(ticks, tick_texts(ticks), strict=True))


def _moment_text(moment: datetime, step: int) -> str:
    if step >= 86_400 or (moment.hour == 0 and moment.minute == 0):
        return f"{moment.day} {moment:%b}"
    return f"{moment:%H:%M}"


def _anchor(percent: float) -> str:
    return "start" if percent < 3 else "end" if percent > 97 else "middle"
