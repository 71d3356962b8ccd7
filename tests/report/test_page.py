"""The page as text: self-contained, escaped, complete, and silent about what is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace

import pytest

from luthier.core.findings import Finding, Severity
from luthier.report import ReportRecord, render
from luthier.report.charts.confusion import LARGEST_TABLE
from tests.report.samples import binary_record, diagnosis_record, price_record
from tests.report.search_samples import search_record

HOSTILE = "<script>alert('x')</script>"


def test_no_script_and_no_address_to_load_stands_in_the_page():
    page = render(diagnosis_record())

    assert "<script" not in page
    assert "http:" not in page
    assert "https:" not in page
    assert set(re.findall(r'(?:src|href)="([^"#]*)', page)) <= {"", "data:,"}
    assert not re.search(r"url\(|@import", page)


def test_page_is_small_enough_to_send_by_mail():
    assert len(render(diagnosis_record()).encode()) < 300_000


def test_verdict_comes_before_every_other_section():
    page = render(diagnosis_record())

    assert page.index("<h1>On 1,433 rows") < page.index("<section")


@pytest.mark.parametrize("sample", [diagnosis_record, price_record, binary_record, search_record])
def test_every_text_of_the_record_is_escaped(sample):
    page = render(_with_every_text_hostile(sample()))

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_empty_record_leaves_its_sections_out():
    bare = ReportRecord(name="t.csv", target="y", task="binary", metric="log_loss", metric_label="log-loss", rows=50, sealed_rows=10, seed=0, seconds_used=1.0)

    page = render(bare)

    assert re.findall(r'<section id="(\w+)"', page) == ["run", "use"]


def test_links_of_the_page_lead_to_sections_that_are_there():
    for record in (diagnosis_record(), price_record(), binary_record(), search_record()):
        page = render(record)

        assert set(re.findall(r'href="#(\w+)"', page)) <= set(re.findall(r'id="(\w+)"', page))


def test_many_classes_are_drawn_as_a_picture_and_few_as_a_table():
    record, many = diagnosis_record(), LARGEST_TABLE + 1
    detail = replace(
        record.classification,
        classes=tuple(f"class {k}" for k in range(many)),
        confusion=tuple(tuple(int(i == j) + 1 for j in range(many)) for i in range(many)),
    )

    assert 'table class="confusion"' in render(record)
    assert "confusion-picture" in render(replace(record, classification=detail))


def test_overridden_refusal_is_told_under_the_verdict():
    finding = Finding(name="target-leak", severity=Severity.REFUSE, evidence="Column 'a' gives the answer.", remedy="Leave it out.", forced=True)

    page = render(replace(diagnosis_record(), findings=(finding,)))

    assert "A refusal was overridden (target-leak): the scores may be too good to be true." in page
    assert "refuse, overridden" in page


def test_scores_that_do_not_exist_draw_no_broken_marks():
    record = diagnosis_record()
    scores = tuple(replace(score, value=float("nan"), lower=None, upper=None) for score in record.contestants[1].scores)

    page = render(replace(record, contestants=(record.contestants[0], replace(record.contestants[1], scores=scores))))

    assert not re.search(r'="nan|NaN%|inf%', page)


def _with_every_text_hostile(value: object, name: str = "") -> object:
    if is_dataclass(value):
        return replace(value, **{field.name: _with_every_text_hostile(getattr(value, field.name), field.name) for field in fields(value)})
    if isinstance(value, tuple):
        return tuple(_with_every_text_hostile(item, name) for item in value)
    if isinstance(value, Mapping):
        return {f"{key}{HOSTILE}": f"{item}{HOSTILE}" if isinstance(item, str) else item for key, item in value.items()}
    steering = name in ("task", "metric", "severity", "kind", "verdict")
    return HOSTILE if type(value) is str and not steering else value
