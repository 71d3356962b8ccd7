"""Rungs: how many trials came in, and how many went on."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from luthier.report.charts.svg import element
from luthier.report.numerals import counted, duration, number
from luthier.report.search import RungFacts


def rung_chart(rungs: Sequence[RungFacts]) -> Markup:
    """A lane a rung: pale the trials that came in, full those that went on, in the same color."""
    most = max((rung.trials for rung in rungs), default=1) or 1
    rows = [_row(rung, index + 1, most, last=index + 1 == len(rungs)) for index, rung in enumerate(rungs)]
    told = "; ".join(f"rung {index + 1}: {_outcome(rung, last=index + 1 == len(rungs))}" for index, rung in enumerate(rungs))
    return element("div", *rows, class_="lanes", role="img", aria_label=f"What the rungs let through. {told}.")


def _row(rung: RungFacts, position: int, most: int, *, last: bool) -> Markup:
    cost = [counted(rung.folds, "fold"), *([duration(rung.seconds)] if rung.seconds is not None else [])]
    note = f"{number(rung.epochs)} {'epoch' if rung.epochs == 1 else 'epochs'}, {', '.join(cost)}"
    label = element("div", f"Rung {position}", element("small", note), class_="lane-label")
    plot = element("div", element("svg", _bar(rung.trials / most, "pale"), _bar(rung.kept / most, "strong")), class_="lane-plot")
    return element("div", label, plot, element("div", _outcome(rung, last=last), class_="lane-value"), class_="lane strong")


def _bar(share: float, kind: str) -> Markup:
    return element("rect", x="0%", width=f"{100 * share:.2f}%", y="50%", height=14, transform="translate(0 -7)", class_=f"bar {kind}")


def _outcome(rung: RungFacts, *, last: bool) -> str:
    return f"{rung.kept:,} of {rung.trials:,} {'finished' if last else 'went on'}"
