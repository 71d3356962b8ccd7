"""The choices of one setting over many runs: which there are, and which of them stands for leaving it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from luthier.core.recipe import Setting
from luthier.report.search import Value

MOST_LEVELS = 4
"Distinct numbers up to which each of them is a choice; more of them are a scale, which is accounted for and not told."
WIDE = 3.0
"Largest over smallest number from which a scale is taken by powers."
ABSENT = "not used"
OFF_NAMES = ("none", "constant", "off", ABSENT)
"Names that stand for leaving something alone, the plainest first."
OFF_NUMBERS = {"progressive": 1.0}
"Numbers that do, where it is not zero, by the last word of the path."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceLevels:
    """The choices of one setting."""

    path: str
    is_switch: bool
    "True for numbers of which one (zero, mostly) stands for off: they are on or off."
    levels: tuple[Value, ...] = ()
    "The choices, the one that stands for leaving it alone first."

    @property
    def without(self) -> Value:
        """What the others are compared with."""
        return self.levels[0]

    def of(self, settings: Mapping[str, Setting]) -> Value:
        """What was chosen here."""
        value = settings.get(self.path)
        if value is None:
            return ABSENT
        if self.is_switch:
            return value != _off_number(self.path)
        return value if isinstance(value, bool | int | float) else str(value)


def choice_levels(path: str, chosen: Sequence[Mapping[str, Setting]]) -> ChoiceLevels | None:
    """The choices of a setting; None where there is only one, or where it is a scale."""
    values = [settings.get(path) for settings in chosen]
    is_switch = _are_numbers(values) and _off_number(path) in values
    bare = ChoiceLevels(path=path, is_switch=is_switch)
    counts = Counter(bare.of(settings) for settings in chosen)
    if len(counts) < 2 or (_are_numbers(values) and not is_switch and len(counts) > MOST_LEVELS):
        return None
    without = _usual(counts)
    return ChoiceLevels(path=path, is_switch=is_switch, levels=(without, *[level for level in counts if level != without]))


def scale_columns(path: str, chosen: Sequence[Mapping[str, Setting]]) -> list[np.ndarray]:
    """A number with many values, such as the learning rate, as a curve: itself and its square, around zero; zero where it is not used."""
    values = [settings.get(path) for settings in chosen]
    numbers = {float(value) for value in values if isinstance(value, int | float)}
    if len(numbers) < 2 or not _are_numbers(values):
        return []
    by_powers = min(numbers) > 0 and max(numbers) > WIDE * min(numbers)
    places = np.array([np.nan if not isinstance(value, int | float) else log(value) if by_powers else value for value in values], dtype=float)
    straight = (places - np.nanmean(places)) / np.nanstd(places)
    return [np.nan_to_num(straight), np.nan_to_num(np.square(straight))]


def _usual(counts: Counter[Value]) -> Value:
    """What is off, none or constant; else the smallest number; else the most frequent name."""
    if any(level is False for level in counts):
        return False
    named = [name for name in OFF_NAMES if name in counts]
    if named:
        return named[0]
    numbers = [level for level in counts if not isinstance(level, str)]
    return min(numbers) if len(numbers) == len(counts) else counts.most_common(1)[0][0]


def _off_number(path: str) -> float:
    return OFF_NUMBERS.get(path.rpartition(".")[2], 0.0)


def _are_numbers(values: Iterable[Setting]) -> bool:
    return all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)
