"""Parallel coordinates: an axis a setting, one below the other, and a line a trial, so that it can be read on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from markupsafe import Markup

from luthier.report.charts.setting_axis import UNSET, SettingAxis, shortened
from luthier.report.charts.svg import element
from luthier.report.numerals import setting_text
from luthier.report.search import TrialFacts, Value, setting_label

ROW = 60.0
"Pixels from one axis to the next, as in the style sheet."
_MIDDLE = 26.0
"Pixels from the top of a row to its axis."
_WIDTH = 1000.0
"Units of the lines' drawing from left to right; it is stretched to the room there is."
_EDGE = 0.025
"Share of the width that is left free on both sides."
_LINE = 48
"Letters of ticks that fit beside each other on a phone."
CROWD = 20
"Strong lines above which each is drawn paler."
MOST_LINES = 200
"Lines drawn; the worst of more are left out."


def parallel_chart(trials: Sequence[TrialFacts], paths: Sequence[str]) -> Markup:
    """The trials of one family, best first: the best third strong, the best one in ink with its values beside it, the others faint; at least two paths."""
    axes = {path: SettingAxis.over([trial.settings.get(path) for trial in trials]) for path in paths}
    drawn, strong = trials[:MOST_LINES], best_third(trials)
    kind = "strong" if strong <= CROWD else "strong crowded"
    lines = [_line(trial, axes, kind if rank < strong else "weak") for rank, trial in reversed(list(enumerate(drawn)))]
    ground = element(
        "svg",
        *lines,
        _line(drawn[0], axes, "winner"),
        viewBox=f"0 0 {_WIDTH:g} {ROW * len(paths):g}",
        preserveAspectRatio="none",
        class_="parallel-lines",
        style=f"grid-row:1/span {len(paths)}",
    )
    rows = [part for index, (path, axis) in enumerate(axes.items()) for part in _row(index + 1, path, axis, drawn[0].settings.get(path))]
    described = f"Parallel coordinates of {len(trials)} trials over {len(paths)} settings; the best has " + ", ".join(
        f"{setting_label(path)} {setting_text(drawn[0].settings[path])}" for path in paths if path in drawn[0].settings
    )
    return element("div", ground, *rows, class_="parallel", role="img", aria_label=f"{described}.")


def best_third(trials: Sequence[TrialFacts]) -> int:
    """How many of the trials are drawn strong."""
    return max(round(len(trials) / 3), 1)


def _line(trial: TrialFacts, axes: Mapping[str, SettingAxis], kind: str) -> Markup:
    """A curve that leaves every axis at a right angle."""
    points = [(_WIDTH * _inside(axis.place(trial.settings.get(path))), ROW * row + _MIDDLE) for row, (path, axis) in enumerate(axes.items())]
    turns = [f"{x:.0f} {y - ROW / 2:.0f} {x:.0f} {y:.0f}" for x, y in points[1:]]
    x, y = points[0]
    start = f"M{x:.0f} {y:.0f}C{x:.0f} {y + ROW / 2:.0f} "
    return element("path", d=start + "S".join(turns), class_=kind)


def _row(row: int, path: str, axis: SettingAxis, best: Value | None) -> list[Markup]:
    """The name, the axis with its ticks, and the value of the best trial."""
    place = f"grid-row:{row}"
    ticks = axis.ticks()
    base = element("line", x1="0%", x2="100%", y1=_MIDDLE, y2=_MIDDLE, class_="axis")
    marks = [element("line", x1=_percent(at), x2=_percent(at), y1=_MIDDLE - 3, y2=_MIDDLE + 3, class_="axis") for at, _ in ticks]
    dot = element("circle", cx=_percent(axis.place(best)), cy=_MIDDLE, r=4.5, class_="winner")
    return [
        element("div", setting_label(path), class_="parallel-label", style=place),
        element("div", element("svg", base, *marks, *_names(ticks), dot), class_="parallel-axis", style=place),
        element("div", UNSET if best is None else setting_text(best), class_="parallel-value", style=place),
    ]


def _names(ticks: Sequence[tuple[float, str]]) -> list[Markup]:
    """What stands below the ticks: in two rows by turns where one would be too crowded, and shortened where two are."""
    ticks = [(_clear(at, text), text) for at, text in ticks]
    crowded = _fitted(ticks) != [text for _, text in ticks]
    texts = [text for pair in zip_longest(_fitted(ticks[::2]), _fitted(ticks[1::2])) for text in pair] if crowded else _fitted(ticks)
    return [
        element("text", text, x=_percent(at), y=_MIDDLE + (28 if crowded and index % 2 else 16), class_="tick halo", text_anchor="middle")
        for index, ((at, _), text) in enumerate(zip(ticks, texts, strict=False))
    ]


def _fitted(ticks: Sequence[tuple[float, str]]) -> list[str]:
    """The texts of one row, cut where two neighbors would touch on a phone."""
    texts = [text for _, text in ticks]
    for index, ((before, left), (after, right)) in enumerate(zip(ticks, ticks[1:], strict=False)):
        room = int((after - before) * _LINE)
        if (len(left) + len(right)) / 2 >= room:
            texts[index : index + 2] = [shortened(text, max(room - 1, 4)) for text in texts[index : index + 2]]
    return texts


def _inside(place: float) -> float:
    return _EDGE + (1 - 2 * _EDGE) * place


def _percent(place: float) -> str:
    return f"{100 * _inside(place):.2f}%"


def _clear(place: float, text: str) -> float:
    """The place of a text in the middle of its tick, or as near to that as the edge of a phone allows."""
    half = len(text) / 2 / _LINE - _EDGE
    return max(min(place, 1 - half), half)
