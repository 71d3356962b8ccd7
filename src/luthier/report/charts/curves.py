"""ROC, precision-recall and cost curves: lines in a frame with a legend beside it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.axes import Frame, span
from luthier.report.charts.svg import element, path
from luthier.report.judgement import Curve, DecisionThreshold
from luthier.report.numerals import number, percent

COLORED = 8
"Curves drawn in a color of their own; more cannot be told apart, so the rest is gray."

_UNIT = (-0.01, 1.01)


def roc_chart(curves: Sequence[Curve]) -> Markup:
    """True positive rate against false positive rate; the diagonal is a coin."""
    frame = Frame.over(_UNIT, _UNIT, x_label="False positive rate", y_label="True positive rate", percent=True)
    chance = element("path", d=path([(frame.x(0), frame.y(0)), (frame.x(1), frame.y(1))]), class_="chance")
    return frame.draw(chance, *_lines(curves, frame), description=_described("ROC curves", curves))


def precision_recall_chart(curves: Sequence[Curve]) -> Markup:
    """Precision against recall."""
    frame = Frame.over(_UNIT, _UNIT, x_label="Recall", y_label="Precision", percent=True)
    return frame.draw(*_lines(curves, frame), description=_described("Precision-recall curves", curves))


def cost_chart(threshold: DecisionThreshold, a_row: str = "a row") -> Markup:
    """Mean cost a row, or an image, over the decision threshold, the chosen one marked."""
    frame = Frame.over(_UNIT, span([0.0, *threshold.costs]), x_label="Decision threshold", y_label=f"Mean cost {a_row}")
    line = element("path", d=path((frame.x(x), frame.y(y)) for x, y in zip(threshold.thresholds, threshold.costs, strict=True)), class_="line c1")
    x, y = frame.x(threshold.threshold), frame.y(threshold.cost)
    drop = element("line", x1=x, x2=x, y1=y, y2=frame.y(frame.y.low), class_="reference")
    hollow = element("circle", cx=frame.x(0.5), cy=frame.y(threshold.default_cost), r=4.5, class_="dot plain")
    chosen = element("circle", cx=x, cy=y, r=5, class_="dot strong")
    told = f"Cost curve: least cost {number(threshold.cost)} {a_row} at a threshold of {number(threshold.threshold, 2)}."
    return frame.draw(line, drop, hollow, chosen, description=told)


def legend(curves: Sequence[Curve], *, area_name: str) -> Markup:
    """Names, line samples and areas of the curves, as a list."""
    entries = [
        _entry(f"line {style(index)}", curve.name, number(curve.area, 3) if curve.area is not None else "") for index, curve in enumerate(curves[:COLORED])
    ]
    if len(curves) > COLORED:
        entries.append(_entry("line rest", f"{len(curves) - COLORED} more classes", ""))
    heading = element("li", element("span", "area under the curve" if area_name == "" else area_name, class_="legend-head"), class_="legend-title")
    return element("ul", heading, *entries, class_="legend")


def style(index: int) -> str:
    """The class that gives curve number `index` its color and dash."""
    return f"c{index % COLORED + 1}"


def _entry(line_class: str, name: str, value: str) -> Markup:
    sample = element("svg", element("path", d="M1 6H25", class_=line_class), width=26, height=12, aria_hidden="true")
    return element("li", sample, element("span", name, class_="legend-name"), element("span", value, class_="legend-value"))


def _lines(curves: Sequence[Curve], frame: Frame) -> list[Markup]:
    """The first curve is drawn last, so that it lies on top."""
    drawn = []
    for index, curve in reversed(list(enumerate(curves))):
        line_class = f"line {style(index)}" if index < COLORED else "line rest"
        points = path((frame.x(x), frame.y(y)) for x, y in zip(curve.x, curve.y, strict=True))
        tip = f"{curve.name}: area {number(curve.area, 3)}" if curve.area is not None else curve.name
        drawn.append(element("path", element("title", tip), d=points, class_=line_class))
    return drawn


def _described(kind: str, curves: Sequence[Curve]) -> str:
    areas = "; ".join(f"{curve.name} {percent(curve.area)}" for curve in curves[:COLORED] if curve.area is not None)
    return f"{kind}. Areas: {areas}." if areas else f"{kind}."
