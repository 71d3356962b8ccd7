"""Spans: the stretches of time over which traffic is shown, each in steps that the eye can follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stretch of time until now."""

    key: str
    "How the address of a page names it."
    label: str
    "How the page names it."
    seconds: int
    "Its length."
    step_seconds: int
    "Answers are counted by so many seconds."
    step_label: str
    "What one bar stands for."


HOURS = Span(key="3h", label="3 hours", seconds=3 * 3_600, step_seconds=60, step_label="minute")
DAY = Span(key="24h", label="24 hours", seconds=86_400, step_seconds=600, step_label="10 minutes")
WEEK = Span(key="7d", label="7 days", seconds=7 * 86_400, step_seconds=3_600, step_label="hour")
MONTH = Span(key="30d", label="30 days", seconds=30 * 86_400, step_seconds=6 * 3_600, step_label="6 hours")
SPANS = (HOURS, DAY, WEEK, MONTH)


def span_named(key: str | None, *, age_seconds: float) -> Span:
    """The span of that key; where there is none, the one that suits the age of what is shown.

    Example:
        >>> span_named("30d", age_seconds=60.0).label, span_named(None, age_seconds=60.0).label, span_named("x", age_seconds=1e7).label
        ('30 days', '3 hours', '7 days')
    """
    fitting = HOURS if age_seconds < 2 * HOURS.seconds else DAY if age_seconds < 2 * DAY.seconds else WEEK
    return next((span for span in SPANS if span.key == key), fitting)
