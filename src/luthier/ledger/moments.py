"""Moments: aware times in UTC outside, whole microseconds inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from luthier.core.errors import SettingInvalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST, _LAST = ((end.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND for end in (datetime.min, datetime.max))
"What can be read again: a time of the year 9999 may lie in the year 10,000 of UTC."


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970.

    Example:
        >>> to_micros(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
        1000000

    Raises:
        SettingInvalid: the time does not say its zone, or is not within the years 1 to 9999.
    """
    if moment.tzinfo is None:
        raise SettingInvalid(f"A time in the ledger must say its zone, but {moment.isoformat()} came without one. Give it one, such as datetime.UTC.")
    micros = (moment - _EPOCH) // _MICROSECOND
    if not _FIRST <= micros <= _LAST:
        raise SettingInvalid(f"A time in the ledger must lie in the years 1 to 9999 of UTC, but {moment.isoformat()} came. Correct it.")
    return micros


def to_moment(micros: int) -> datetime:
    """The moment that `to_micros` wrote.

    Example:
        >>> to_moment(1_000_000).isoformat()
        '1970-01-01T00:00:01+00:00'
    """
    return _EPOCH + timedelta(microseconds=micros)


def some_micros(moment: datetime | None) -> int | None:
    """As `to_micros`; None stays None."""
    return None if moment is None else to_micros(moment)


def some_moment(micros: int | None) -> datetime | None:
    """As `to_moment`; None stays None."""
    return None if micros is None else to_moment(micros)
