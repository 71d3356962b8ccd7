"""Dates that stand in a table as text: which form a column has, and the dates themselves."""

from __future__ import annotations

import re
from itertools import product

import polars as pl

_DATES = ("%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S%.f", " %I:%M %p", " %I:%M:%S %p")
_ISO_TIMES = ("", " %H:%M", "T%H:%M", " %H:%M:%S%.f", "T%H:%M:%S%.f")
_ISO_ZONED = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z")
_LOOKS_LIKE_DATE = re.compile(
    r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4})"
)
ISO = ""
"The format of ISO 8601 dates, with or without a time and a zone."


def guess_date_format(text: pl.Series) -> str | None:
    """The one form that all values have, or `None`. Month first wins where day first reads the whole column as well.

    Example:
        >>> guess_date_format(pl.Series(["13/02/2024", "01/02/2024"]))
        '%d/%m/%Y'
    """
    values = text.drop_nulls().unique(maintain_order=True)
    sample = values.head(100)
    if not len(values) or not all(_LOOKS_LIKE_DATE.match(value) for value in sample):
        return None
    for form in (ISO, *("".join(parts) for parts in product(_DATES, _TIMES))):
        if parse_dates(sample, form).null_count() == 0 and parse_dates(values, form).null_count() == 0:
            return form
    return None


def reads_both_ways(text: pl.Series, form: str) -> bool:
    """True where the text is as well read with day and month exchanged."""
    if not re.match(r"%[md][-/]%[md]", form):
        return False
    other = form.translate(str.maketrans("md", "dm"))
    return parse_dates(text.drop_nulls().unique(), other).null_count() == 0


def parse_dates(text: pl.Series, form: str = ISO) -> pl.Series:
    """Datetimes in UTC without a zone; null where the text is no date of that form."""
    stripped = text.str.strip_chars()
    if form:
        return stripped.str.to_datetime(form, strict=False, time_unit="us")
    dates = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    for time in _ISO_TIMES:
        dates = _first_of(dates, stripped, f"%Y-%m-%d{time}")
    for zoned in _ISO_ZONED:
        dates = _first_of(dates, stripped, zoned)
    return dates


def _first_of(dates: pl.Series, text: pl.Series, form: str) -> pl.Series:
    if not (dates.is_null() & text.is_not_null()).any():
        return dates
    parsed = text.str.to_datetime(form, strict=False, time_unit="us")
    return dates.zip_with(dates.is_not_null(), parsed.dt.replace_time_zone(None))
