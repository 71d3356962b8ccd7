"""Pages as text: templates, and the one script that lets a part of a page move."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from luthier.report import numerals
from luthier.report.charts import lane_chart
from luthier.report.charts.axes import tick_texts
from luthier.report.page import TEMPLATES as REPORT_TEMPLATES
from luthier.web import charts, words
from luthier.web.examined import Examined
from luthier.web.run_story import metric_label
from luthier.web.spans import SPANS

TEMPLATES = Path(__file__).parent / "templates"


@cache
def script() -> Markup:
    """The only script of all pages: it fetches the parts that move."""
    return Markup((TEMPLATES / "live.js").read_text(encoding="utf-8"))


@cache
def security_policy() -> str:
    """What a page may do: style itself, show charts, run the one script, and ask where it came from."""
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    parts = (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        f"script-src 'sha256-{digest}'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
    return "; ".join(parts)


def render(template: str, prefix: str = "", **values: Any) -> str:
    """A page, or a part of one.

    Args:
        template: its name, without the ending.
        prefix: what stands before every path of these pages.
    """
    return _environment().get_template(f"{template}.html.j2").render(prefix=prefix, style=_style(), script=script(), **values)


def render_examination(record: Mapping[str, Any], *, title: str) -> str:
    """One pass of the monitor as a single HTML file: no script, no request, every text escaped.

    Args:
        record: what `Examination.to_json` gives.
        title: what was watched.

    Example:
        >>> "Nothing changed" in render_examination({"sentence": "Nothing changed that matters."}, title="clinic")
        True
    """
    return render("examination", title=title, examined=Examined.of(record))


@cache
def _style() -> Markup:
    sheets = (REPORT_TEMPLATES / "style.css", TEMPLATES / "service.css")
    return Markup("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES, REPORT_TEMPLATES]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=numerals.number, percent=numerals.percent, duration=numerals.duration)
    environment.filters.update({name: getattr(words, name) for name in ("short", "day_time", "day", "clock", "iso", "chance", "opened", "fact_text")})
    environment.globals.update(charts=charts, lane_chart=lane_chart, interval=words.interval, ago=words.ago, counted=numerals.counted)
    environment.globals.update(spans=SPANS, metric_label=metric_label, tick_texts=tick_texts)
    return environment
