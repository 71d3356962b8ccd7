"""The report in a real browser: no network, nothing on the console, a phone's width is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest

from luthier.report import render
from tests.report.browser import measure, needs_chromium, visit
from tests.report.samples import binary_record, diagnosis_record, price_record
from tests.report.search_samples import search_record

pytestmark = needs_chromium
SAMPLES = pytest.mark.parametrize("sample", [diagnosis_record, price_record, binary_record, search_record], ids=["classes", "numbers", "two classes", "search"])


@SAMPLES
def test_report_asks_the_network_for_nothing_and_says_nothing_on_the_console(sample, tmp_path):
    seen = visit(render(sample()), tmp_path)

    assert seen.requests == ()
    assert seen.console == ()
    assert "How to use the model" in seen.dom


def test_the_browser_would_have_told_of_a_request_and_of_an_error(tmp_path):
    seen = visit('<!doctype html><img src="http://example.invalid/pixel.png"><script>console.error("told")</script>', tmp_path)

    assert seen.requests == ("http://example.invalid/pixel.png",)
    assert any("told" in line for line in seen.console)


def test_a_request_smuggled_into_the_page_is_forbidden_by_its_own_policy(tmp_path):
    page = render(price_record()).replace("</main>", '<img src="http://example.invalid/pixel.png"><script>fetch("http://example.invalid/")</script></main>')

    assert visit(page, tmp_path).requests == ()


@SAMPLES
def test_page_never_scrolls_sideways_on_a_phone(sample, tmp_path):
    expression = "page.documentElement.scrollWidth - page.documentElement.clientWidth"

    assert measure(render(sample()), tmp_path, width=390, expression=expression) == 0


def test_every_chart_has_a_size_and_lies_inside_the_page(tmp_path):
    charts = "page.querySelectorAll('svg.chart, .lane-plot svg, .time-bar, .parallel-lines, .parallel-axis svg')"
    boxes = f"[...{charts}].map(chart => chart.getBoundingClientRect()).map(box => [box.left, box.right, box.width, box.height])"

    measured = measure(render(search_record()), tmp_path, width=1000, expression=boxes)

    assert len(measured) > 30
    assert all(left >= 0 and right <= 1000 and width > 60 and height > 10 for left, right, width, height in measured)


def test_names_with_markup_become_text_and_never_elements(tmp_path):
    hostile = "<script>alert(1)</script><b onclick=x>'\"&"
    record = diagnosis_record()
    record = replace(record, target=hostile, name=hostile, classification=replace(record.classification, classes=(hostile, *record.classification.classes[1:])))

    strangers = measure(
        render(record),
        tmp_path,
        width=1000,
        expression="[page.querySelectorAll('script, [onclick]').length, page.querySelector('.confusion thead th').textContent]",
    )

    assert strangers == [0, hostile]


@pytest.mark.parametrize("width", [1200, 400])
def test_axes_of_parallel_coordinates_stand_where_the_lines_cross_them(width, tmp_path):
    expression = """[...page.querySelectorAll('.parallel-axis circle')].map(dot => {
        const lines = page.querySelector('.parallel-lines'), path = lines.querySelector('.winner'), box = lines.getBoundingClientRect();
        const here = dot.getBoundingClientRect(), x = (here.left + here.right) / 2 - box.left, y = (here.top + here.bottom) / 2 - box.top;
        const steps = [...Array(2001).keys()].map(step => path.getPointAtLength(path.getTotalLength() * step / 2000));
        return Math.min(...steps.map(at => Math.hypot(at.x / 1000 * box.width - x, at.y - y)));
    })"""

    gaps = measure(render(search_record()), tmp_path, width=width, expression=expression)

    assert len(gaps) == 9
    assert max(gaps) < 3


@pytest.mark.parametrize("width", [1200, 400])
def test_ticks_of_slices_and_of_parallel_coordinates_do_not_touch_their_neighbors(width, tmp_path):
    expression = """[...page.querySelectorAll('.slices svg.chart, .parallel-axis svg')].map(chart => {
        const boxes = [...chart.querySelectorAll('.tick')].map(text => text.getBoundingClientRect());
        const touch = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
        return [boxes.length > 1, boxes.some((box, index) => boxes.slice(index + 1).some(other => touch(box, other)))];
    })"""

    assert measure(render(search_record()), tmp_path, width=width, expression=expression) == [[True, False]] * 13
