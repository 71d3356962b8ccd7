"""SVG elements as text: every value that is written into them is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from markupsafe import Markup, escape

Attribute = str | float | int | None


def element(name: str, *children: str | Markup, **attributes: Attribute) -> Markup:
    """An element; `stroke_width` becomes `stroke-width`, `class_` becomes `class`, None is left out, plain text children are escaped.

    Example:
        >>> element("text", "a < b", x=1.25, class_="tick")
        Markup('<text x="1.2" class="tick">a &lt; b</text>')
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value)) for key, value in attributes.items() if value is not None
    )
    content = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, content)


def path(points: Iterable[tuple[float, float]]) -> str:
    """The `d` of a line through the points that are finite."""
    steps = " ".join(f"{x:.1f} {y:.1f}" for x, y in points if isfinite(x) and isfinite(y))
    return f"M{steps}" if steps else ""


def dots(points: Iterable[tuple[float, float]]) -> str:
    """The `d` of one dot a point: drawn by round line caps, a tenth of the size of circles."""
    return "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points if isfinite(x) and isfinite(y))


def _value(value: Attribute) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value)
