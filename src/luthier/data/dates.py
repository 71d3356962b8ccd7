"""Dates as numbers: seconds since 1970, and where in the day, the week and the year a moment lies."""

from __future__ import annotations

import numpy as np
import polars as pl
from jaxtyping import Float

DAY_SECONDS = 86_400.0
PERIODS: dict[str, tuple[float, float]] = {
    "day": (DAY_SECONDS, 0.0),
    "week": (7 * DAY_SECONDS, 3 * DAY_SECONDS),  # 1970-01-01 was a Thursday: the shift makes Monday 0
    "year": (365.2425 * DAY_SECONDS, 0.0),  # the mean Gregorian year: needs no calendar, off by at most a day
}
"For each period its length and the shift of its start, in seconds."

DATE_PARTS: tuple[str, ...] = ("timestamp", *(part for name in PERIODS for part in (name, f"{name}_sin", f"{name}_cos")))
"The numbers that are made of a moment, in the order of `date_parts`."


def seconds_since_1970(moments: pl.Series) -> Float[np.ndarray, " rows"]:
    """Seconds since 1970 of a `Datetime("us")` column; missing is NaN.

    Example:
        >>> from datetime import datetime
        >>> seconds_since_1970(pl.Series([datetime(1970, 1, 2), None], dtype=pl.Datetime("us"))).tolist()
        [86400.0, nan]
    """
    microseconds = moments.to_numpy()
    return np.where(np.isnat(microseconds), np.nan, microseconds.astype(np.int64) / 1e6)


def date_parts(seconds: Float[np.ndarray, " rows"]) -> Float[np.ndarray, "rows parts"]:
    """One column for each of `DATE_PARTS`: the timestamp, then fraction, sine and cosine of each period."""
    parts = [seconds]
    for length, shift in PERIODS.values():
        turns = (seconds + shift) / length
        fraction = turns - np.floor(turns)
        parts += [fraction, np.sin(2 * np.pi * fraction), np.cos(2 * np.pi * fraction)]
    return np.stack(parts, axis=1)
