"""Card text: the Markdown of a model card as HTML. It knows what cards are made of, and shows anything else as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

from luthier.report.charts.svg import element

_CODE = re.compile(r"`([^`]+)`")
_RULE = re.compile(r"\|[\s:|-]+\|")
_TITLE = re.compile(r"(#+) +(.+)")


def card_markup(text: str) -> Markup:
    """Headings, paragraphs, lists, tables and code of a card; every text is escaped.

    Example:
        >>> card_markup("# Card\\n\\n- a < `b`")
        Markup('<h3>Card</h3><ul><li>a &lt; <code>b</code></li></ul>')
    """
    blocks = (block.strip("\n") for block in re.split(r"\n\s*\n", text))
    return Markup("").join(part for block in blocks if block for part in _block(block))


def _block(block: str) -> Iterator[Markup]:
    for sort, lines in groupby(block.split("\n"), key=_sort):
        yield from _DRAWN[sort](list(lines))


def _sort(line: str) -> str:
    if _TITLE.fullmatch(line):
        return "title"
    return "list" if line.startswith("- ") else "table" if line.startswith("|") else "text"


def _titles(lines: list[str]) -> Iterator[Markup]:
    for line in lines:
        found = _TITLE.fullmatch(line)
        assert found is not None
        yield element("h3" if len(found[1]) < 3 else "h4", found[2])


def _list(lines: list[str]) -> Iterator[Markup]:
    yield element("ul", *(element("li", _inline(line[2:])) for line in lines))


def _table(lines: list[str]) -> Iterator[Markup]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if not _RULE.fullmatch(line.strip())]
    head = element("tr", *(element("th", _inline(cell), scope="col") for cell in rows[0])) if rows else Markup("")
    body = [element("tr", element("th", _inline(row[0]), scope="row"), *(element("td", _inline(cell)) for cell in row[1:])) for row in rows[1:]]
    yield element("div", element("table", element("thead", head), element("tbody", *body)), class_="scroll")


def _text(lines: list[str]) -> Iterator[Markup]:
    yield element("p", Markup("<br>").join(_inline(line) for line in lines))


def _inline(text: str) -> Markup:
    """Text with its code marked; `split` with a group gives plain and code by turns."""
    parts = _CODE.split(text)
    return Markup("").join(escape(part) if index % 2 == 0 else element("code", part) for index, part in enumerate(parts))


_DRAWN = {"title": _titles, "list": _list, "table": _table, "text": _text}
