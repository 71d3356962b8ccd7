"""Axes over time: round moments, few enough to stand side by side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from luthier.web.charts.time_frame import TimeFrame, time_ticks

NOON = datetime(2026, 3, 1, 12, 7, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("seconds", [60, 3 * 3_600, 86_400, 7 * 86_400, 30 * 86_400, 400 * 86_400, 9_000 * 86_400])
def test_ticks_are_few_and_inside(seconds):
    ticks = time_ticks(NOON, NOON + seconds)

    if seconds <= 400 * 86_400:
        assert len(ticks) <= 8
    assert all(NOON <= moment <= NOON + seconds for moment, _ in ticks)


def test_hours_and_days_are_told_apart():
    assert [text for _, text in time_ticks(NOON, NOON + 86_400)] == ["18:00", "2 Mar", "06:00", "12:00"]


def test_marks_lie_in_percent_and_text_at_its_size():
    frame = TimeFrame.over((0.0, 10.0), (0.0, 1.0), x_ticks=[(5.0, "half")])

    chart = frame.draw(description="a < b")

    assert '<text x="50.00%" y="14" class="tick" text-anchor="middle">half</text>' in chart
    assert 'aria-label="a &lt; b"' in chart
