"""The axis of one searched setting: straight, by powers of ten, or in levels, with a place of its own for zero and for trials without it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from luthier.report.charts.axes import round_ticks
from luthier.report.numerals import setting_text
from luthier.report.search import Value

WIDE = 10.0
"Largest over smallest value from which the axis may go by powers of ten."
LOW = 0.25
"Share of a straight axis below which half of the numbers must lie for that: then a straight axis squeezes them."
ASIDE = 0.14
"Share of the axis that is kept for zero on an axis of powers, or for trials without the setting."
FEW = 5
"Distinct numbers up to which each of them is a tick."
CLOSE = 0.09
"Share of the axis below which two ticks would touch."
UNSET = "not used"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingAxis:
    """Where the values of one setting stand, from 0 to 1."""

    levels: tuple[str, ...] = ()
    "Names in order; empty where the values are numbers."
    numbers: tuple[float, ...] = ()
    "The distinct values in order."
    by_powers: bool = False
    "True where the numbers span so much that a straight axis would squeeze most of them."
    smallest: float = 0.0
    "The smallest number above zero."
    has_unset: bool = False
    "True where some trials do not have the setting: they stand at 1."

    @classmethod
    def over(cls, values: Sequence[Value | None]) -> SettingAxis:
        """The axis on which all of these values have a place."""
        present = [value for value in values if value is not None and not (isinstance(value, float) and not math.isfinite(value))]
        unset = len(present) < len(values)
        if any(isinstance(value, str | bool) for value in present):
            return cls(levels=tuple(sorted({setting_text(value) for value in present})), has_unset=unset)
        numbers = tuple(sorted({float(value) for value in present}))
        smallest = min((number for number in numbers if number > 0), default=0.0)
        return cls(numbers=numbers, by_powers=_asks_for_powers(numbers), smallest=smallest, has_unset=unset)

    @property
    def varies(self) -> bool:
        """True where there is more than one place."""
        return len(self.levels) + len(self.numbers) + self.has_unset > 1

    def place(self, value: Value | None) -> float:
        """From 0 to 1."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return 1.0
        return self._share(value) * (1 - ASIDE if self.has_unset else 1.0)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Places and what stands there, far enough apart to be read."""
        marks: list[tuple[float, str]]
        if self.levels:
            marks = [(self.place(level), level) for level in self.levels]
        else:
            marks = [(self.place(number), setting_text(number)) for number in self._tick_numbers()]
        return (*marks, (1.0, UNSET)) if self.has_unset else tuple(marks)

    def _share(self, value: Value) -> float:
        if self.levels:
            return (self.levels.index(setting_text(value)) + 0.5) / len(self.levels)
        number, low, high = float(value), self.numbers[0], self.numbers[-1]
        if self.by_powers:
            start = ASIDE if low == 0 else 0.0
            smallest, largest = math.log10(self.smallest), math.log10(high)
            return 0.0 if number <= 0 else start + (1 - start) * (math.log10(number) - smallest) / (largest - smallest)
        return 0.5 if low == high else (number - low) / (high - low)

    def _tick_numbers(self) -> tuple[float, ...]:
        places = [self.place(number) for number in self.numbers]
        if len(self.numbers) <= FEW and all(after - before > CLOSE for before, after in zip(places, places[1:], strict=False)):
            return self.numbers
        if self.by_powers:
            return tuple(number for number in (0.0, *_powers(self.smallest, self.numbers[-1])) if number or self.numbers[0] == 0)
        ticks = round_ticks(self.numbers[0], self.numbers[-1], count=5)
        whole = all(number.is_integer() for number in self.numbers)
        return tuple(tick for tick in ticks if not whole or tick.is_integer())


def _asks_for_powers(numbers: Sequence[float]) -> bool:
    positive = [number for number in numbers if number > 0]
    if not positive or numbers[0] < 0 or positive[-1] <= WIDE * positive[0]:
        return False
    return median(positive) - positive[0] < LOW * (positive[-1] - positive[0])


def _powers(low: float, high: float) -> list[float]:
    """Powers of ten from low to high; twice and five times them where there are few, and only some of them where there are many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1,), (1, 3), (1, 2, 5)):
        inside = [factor * 10.0**power for power in range(first, last + 1) for factor in factors if low * 0.999 <= factor * 10.0**power <= high * 1.001]
        if len(inside) >= 3:
            break
    return inside[:: math.ceil(len(inside) / 6)]


def wrapped(name: str, most: int) -> str:
    """A name in two lines where it has more than `most` letters and a hyphen or a space to break at.

    Example:
        >>> wrapped("warmup-stable-decay", 12), wrapped("adamw", 12)
        ('warmup-\\nstable-decay', 'adamw')
    """
    breaks = [index + 1 for index, letter in enumerate(name[:-1]) if letter in "- _"]
    if len(name) <= most or not breaks:
        return name
    here = min(breaks, key=lambda index: max(index, len(name) - index))
    return f"{name[:here].rstrip()}\n{name[here:]}"


def shortened(name: str, most: int) -> str:
    """A name of at most `most` letters.

    Example:
        >>> shortened("one-cycle", 6)
        'one-c…'
    """
    return name if len(name) <= most else name[: max(most - 1, 1)] + "…"
