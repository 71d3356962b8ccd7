"""Scales, round ticks, and the frame that all small charts share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from luthier.report.charts.svg import element
from luthier.report.numerals import common_decimals, number

WIDTH, HEIGHT = 340.0, 270.0
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LEFT, RIGHT, TOP, BOTTOM = 50.0, 18.0, 10.0, 42.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A straight line from the numbers of the data to the pixels of the drawing."""

    low: float
    high: float
    start: float
    "Where `low` is drawn."
    end: float
    "Where `high` is drawn."

    def __call__(self, value: float) -> float:
        """Where the value is drawn."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def round_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """At most about `count` round numbers from `low` to `high`.

    Example:
        >>> round_ticks(0.0, 0.93)
        (0.0, 0.2, 0.4, 0.6, 0.8)
    """
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.95)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(index * step, 12) for index in range(first, last + 1))


def span(values: Sequence[float], *, margin: float = 0.04) -> tuple[float, float]:
    """The range of the finite values, a little widened, never empty."""
    finite = [value for value in values if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
    if low == high:
        low, high = low - (abs(low) or 1.0) * 0.5, high + (abs(high) or 1.0) * 0.5
    padding = (high - low) * margin
    return low - padding, high + padding


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The plot area of a small chart, drawn at its natural size so that text is never scaled down on a phone."""

    x: Scale
    y: Scale
    x_label: str
    y_label: str
    x_ticks: tuple[float, ...]
    y_ticks: tuple[float, ...]
    percent: bool = False
    "True where both axes are shares."
    x_names: tuple[str, ...] = ()
    "What stands at `x_ticks` where that is not their number; a line break makes two lines."

    @classmethod
    def over(cls, x: tuple[float, float], y: tuple[float, float], *, x_label: str, y_label: str, percent: bool = False) -> Frame:
        """A frame for data in these ranges."""
        return cls(
            x=Scale(low=x[0], high=x[1], start=LEFT, end=WIDTH - RIGHT),
            y=Scale(low=y[0], high=y[1], start=HEIGHT - BOTTOM, end=TOP),
            x_label=x_label,
            y_label=y_label,
            x_ticks=SHARES if percent else round_ticks(*x, count=5),
            y_ticks=SHARES if percent else round_ticks(*y, count=6),
            percent=percent,
        )

    def draw(self, *marks: Markup, description: str) -> Markup:
        """The whole chart: grid, marks (cut at the edge of the plot area), axes and their labels."""
        area = {"x": LEFT, "y": TOP, "width": WIDTH - LEFT - RIGHT, "height": HEIGHT - TOP - BOTTOM}
        view = f"{LEFT:g} {TOP:g} {area['width']:g} {area['height']:g}"
        inside = element("svg", *marks, **area, viewBox=view, class_="plot-area")
        return element("svg", self._grid(), inside, self._labels(), viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", class_="chart", role="img", aria_label=description)

    def _grid(self) -> Markup:
        left, right, bottom = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM
        across = [element("line", x1=left, x2=right, y1=self.y(tick), y2=self.y(tick), class_="grid") for tick in self.y_ticks]
        upward = [element("line", x1=self.x(tick), x2=self.x(tick), y1=bottom, y2=bottom + 4, class_="axis") for tick in self.x_ticks]
        base = element("line", x1=left, x2=right, y1=bottom, y2=bottom, class_="axis")
        return Markup("").join([*across, *upward, base])

    def _labels(self) -> Markup:
        bottom, middle = HEIGHT - BOTTOM, (TOP + HEIGHT - BOTTOM) / 2
        below = [self._below(tick, text, bottom) for tick, text in zip(self.x_ticks, self.x_names or self._texts(self.x_ticks), strict=True)]
        sideways = zip(self.y_ticks, self._texts(self.y_ticks), strict=True)
        beside = [element("text", text, x=LEFT - 7, y=self.y(tick) + 4, class_="tick", text_anchor="end") for tick, text in sideways]
        x_name = element("text", self.x_label, x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 5, class_="axis-label", text_anchor="middle")
        y_name = element("text", self.y_label, class_="axis-label", text_anchor="middle", transform=f"translate(11 {middle:g}) rotate(-90)")
        return Markup("").join([*below, *beside, x_name, y_name])

    def _below(self, tick: float, text: str, bottom: float) -> Markup:
        lines = text.split("\n")
        first = bottom + (17 if len(lines) == 1 else 14)
        return Markup("").join(element("text", line, x=self.x(tick), y=first + 12 * row, class_="tick", text_anchor="middle") for row, line in enumerate(lines))

    def _texts(self, ticks: tuple[float, ...]) -> list[str]:
        return [f"{100 * tick:.0f} %" for tick in ticks] if self.percent else tick_texts(ticks)


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Ticks as short text, all with the same decimals; thousands and millions are shortened."""
    largest = max((abs(tick) for tick in ticks), default=0.0)
    if 0 < largest < 1e-4:
        return [f"{tick:.3g}".replace("-", "−") for tick in ticks]
    divisor, suffix = next(((size, name) for size, name in ((1e9, " G"), (1e6, " M"), (1e4, "")) if largest >= size), (1.0, ""))
    if suffix == "" and divisor > 1:
        divisor, suffix = 1e3, " k"
    scaled = [tick / divisor for tick in ticks]
    decimals = common_decimals(scaled)
    return [f"{number(value, decimals)}{suffix if value else ''}" for value in scaled]
