"""Where the time went: one stacked bar."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.svg import element
from luthier.report.numerals import duration, percent
from luthier.report.story import Phase


def time_bar(phases: Sequence[Phase]) -> Markup:
    """One bar, a piece a phase, in the order of the run; the table beside it carries the same colors."""
    total = sum(phase.seconds for phase in phases) or 1.0
    pieces, start = [], 0.0
    for index, phase in enumerate(phases):
        share = 100 * phase.seconds / total
        tip = element("title", f"{phase.name}: {duration(phase.seconds)}, {percent(share / 100)}")
        pieces.append(element("rect", tip, x=f"{start:.3f}%", width=f"{share:.3f}%", y=0, height=28, class_=f"piece {piece_style(index)}"))
        start += share
    return element("svg", *pieces, class_="time-bar", height=28, role="img", aria_label="Share of the time by phase; the table says the same in numbers.")


def piece_style(index: int) -> str:
    """The class of piece number `index`."""
    return f"p{index % 8 + 1}"
