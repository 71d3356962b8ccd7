"""The page: a record in, one self-contained HTML text out. It has no script and asks the network for nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from luthier.report import addition_sentences, charts, image_views, numerals, search_sentences, search_views, usage, views
from luthier.report.charts.confusion import LARGEST_TABLE
from luthier.report.charts.curves import legend
from luthier.report.charts.learning import loss_range
from luthier.report.charts.slices import family_mark, family_style, level_key, score_range
from luthier.report.charts.timebar import piece_style
from luthier.report.record import ReportRecord
from luthier.report.search import setting_label
from luthier.report.verdicts import cautions, interval_text, verdict

TEMPLATES = Path(__file__).parent / "templates"


def render(record: ReportRecord) -> str:
    """The report as HTML: readable at once, in print and with no network.

    Every text of the record is escaped; a content security policy forbids scripts and requests altogether.
    """
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
    return _environment().get_template("report.html.j2").render(record=record, style=style, usage=usage.usage(record))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters())
    environment.globals.update(charts=charts, views=views, legend=legend, loss_range=loss_range, piece_style=piece_style)
    environment.globals.update(search_views=search_views, search_sentences=search_sentences)
    environment.globals.update(image_views=image_views, addition_sentences=addition_sentences)
    environment.globals.update(score_range=score_range, level_key=level_key, family_mark=family_mark, family_style=family_style)
    environment.globals.update(verdict=verdict, cautions=cautions, interval_text=interval_text, largest_confusion_table=LARGEST_TABLE)
    return environment


def _filters() -> dict[str, Any]:
    return {
        "number": numerals.number,
        "percent": numerals.percent,
        "duration": numerals.duration,
        "p_value": numerals.p_value,
        "plain_label": views.plain_label,
        "setting_label": setting_label,
    }
