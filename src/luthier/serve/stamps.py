"""Stamps: moments that never go back, and the prediction ids that are made of them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PUT_RIGHT = 60_000_000
"Microseconds: a clock that goes back by more was wrong before, and is right now."


def now_microseconds() -> int:
    """Microseconds since 1970, by the system's clock, which may jump back."""
    return time.time_ns() // 1000


def moment(microseconds: int) -> datetime:
    """The aware time of a stamp.

    Example:
        >>> moment(1_500_000).isoformat()
        '1970-01-01T00:00:01.500000+00:00'
    """
    return _EPOCH + timedelta(microseconds=microseconds)


class Stamps:
    """Gives every row its own moment: each later than the one before, also where the clock stands or goes back a little.

    Where it is put back by more than a minute the moments follow it, under ids of a new sort: they would lie in the future for as long as the
    clock was wrong, and all at one time.

    Not shared among threads: one event loop owns it.

    Args:
        now: microseconds since 1970; a test passes its own.
    """

    def __init__(self, now: Callable[[], int] = now_microseconds) -> None:
        self._now, self._last, self._own = now, 0, secrets.token_hex(9)

    def take(self) -> int:
        """The next moment, in microseconds since 1970."""
        now = self._now()
        if now > self._last:
            self._last = now
        elif now > self._last - _PUT_RIGHT:
            self._last += 1
        else:
            self._last, self._own = now, secrets.token_hex(9)
        return self._last

    def prediction_id(self, stamp: int) -> str:
        """The id of the row with that stamp: 32 hexadecimal digits, ordered by time, unique among all services."""
        return f"{stamp:014x}{self._own}"
