"""Words: moments, hashes and states as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from luthier.report.numerals import decimals_for_interval, number

HASH_LETTERS = 12
"Letters of a hash that are shown."


def short(hash_: str | None) -> str:
    """The start of a hash, which finds the whole.

    Example:
        >>> short("082a4044140376a7b4e64f18"), short(None)
        ('082a40441403', '–')
    """
    return "–" if hash_ is None else hash_[:HASH_LETTERS]


def day_time(moment: datetime | float | None) -> str:
    """A moment in UTC, to the minute.

    Example:
        >>> day_time(datetime(2026, 3, 1, 12, 5, tzinfo=UTC)), day_time(None)
        ('1 Mar 2026, 12:05', '–')
    """
    if moment is None:
        return "–"
    there = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return f"{there.day} {there:%b %Y, %H:%M}"


def day(moment: float) -> str:
    """The day of a moment in UTC, without its year.

    Example:
        >>> day(0.0)
        '1 Jan'
    """
    there = datetime.fromtimestamp(moment, UTC)
    return f"{there.day} {there:%b}"


def clock(moment: float) -> str:
    """The time of day of a moment in UTC.

    Example:
        >>> clock(3_660.0)
        '01:01'
    """
    return f"{datetime.fromtimestamp(moment, UTC):%H:%M}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that has at least two of it.

    Example:
        >>> ago(datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 15, 10, tzinfo=UTC))
        '3 hours ago'
    """
    seconds = (now - moment).total_seconds()
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{int(seconds // size):,} {name} ago"
    return "a minute ago" if seconds >= 60 else "just now"


def iso(moment: datetime | float) -> str:
    """A moment for machines.

    Example:
        >>> iso(0.0)
        '1970-01-01T00:00:00Z'
    """
    there = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return f"{there:%Y-%m-%dT%H:%M:%SZ}"


def chance(p_value: float | None) -> str:
    """A p-value in a column of them, with two digits.

    Example:
        >>> chance(0.00021), chance(0.0341), chance(0.5), chance(0.0), chance(None)
        ('2.1e−4', '0.034', '0.5', '< 1e−9', '–')
    """
    if p_value is None:
        return "–"
    if p_value < 1e-9:
        return "< 1e−9"
    if p_value < 1e-3:
        mantissa, exponent = f"{p_value:.1e}".split("e")
        return f"{mantissa}e−{-int(exponent)}"
    return f"{p_value:.2g}"


def interval(value: float | None, lower: float | None, upper: float | None) -> str:
    """A number with its interval, with the decimals that the interval deserves.

    Example:
        >>> interval(0.9621, 0.951, 0.971), interval(0.9, None, None)
        ('0.962 (0.951 to 0.971)', '0.9000')
    """
    decimals = decimals_for_interval(lower, upper)
    if value is None or lower is None or upper is None:
        return number(value, decimals)
    return f"{number(value, decimals)} ({number(lower, decimals)} to {number(upper, decimals)})"


def opened(text: str) -> str:
    """A text that begins with a capital; the rest stays as it is.

    Example:
        >>> opened("log-loss"), opened("ROC AUC")
        ('Log-loss', 'ROC AUC')
    """
    return text[:1].upper() + text[1:]


def fact_text(value: Any) -> str:
    """A value of plain JSON as a reader wants it.

    Example:
        >>> fact_text(7200), fact_text(["a", "b"]), fact_text({"rows": 3}), fact_text(None), fact_text(True)
        ('7,200', 'a, b', 'rows: 3', '–', 'yes')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {fact_text(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(fact_text, value))
    return str(value)
