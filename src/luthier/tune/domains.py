"""Domains: which values a setting may take, how they are spread, and when the setting exists at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TypeAlias, TypeGuard

import numpy as np

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Setting

When: TypeAlias = Mapping[str, tuple[Setting, ...]]
"""For each path that a setting hangs on, the values for which the setting exists; empty is always."""

BROAD = 0.25
"Deviation around a default where nothing else is known: a quarter of the range, after PriorBand (arXiv 2306.12370)."

LARGEST = 1e300
"Numbers beyond have no logarithm to calculate with."


@dataclass(frozen=True, slots=True)
class Real:
    """A number between two others.

    Example:
        >>> round(Real(0.001, 0.1, log=True).at(0.5), 6)
        0.01
    """

    low: float
    "The smallest value."
    high: float
    "The largest value, more than `low`."
    _: KW_ONLY
    log: bool = False
    "True where a factor counts the same everywhere: values are spread evenly over their logarithms."
    prior: float | None = None
    "Where the best value is expected; None is the value of the family's recipe."
    or_zero: float = 0.0
    "Share of the values that are exactly 0, as in the published spaces {0, LogUniform}; [0, 1)."
    when: When = field(default_factory=dict)
    "When the setting exists."

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, log=self.log)
        if not (_is_number(self.or_zero) and 0 <= self.or_zero < 1):
            raise SettingInvalid(f"or_zero must be a share in [0, 1), but {self.or_zero!r} came.")
        if self.or_zero and self.low < 0:
            raise SettingInvalid(f"A range with or_zero must not go below 0, but low is {self.low!r}.")
        _require_prior(self)

    def contains(self, value: Setting) -> bool:
        """True for a value of the domain."""
        return _is_number(value) and (self.low <= value <= self.high or (value == 0 and self.or_zero > 0))

    def clip(self, value: Setting) -> float:
        """The nearest value of the domain."""
        if not _is_number(value):
            return self.at(0.5)
        return float(value) if self.contains(value) else float(min(max(value, self.low), self.high))

    def at(self, share: float) -> float:
        """The value below which so much of the domain lies: a uniform share becomes a uniform value."""
        if share < self.or_zero:
            return 0.0
        rest = (share - self.or_zero) / (1 - self.or_zero)
        return float(min(max(_between(self.low, self.high, rest, log=self.log), self.low), self.high))

    def position(self, value: Setting) -> float:
        """The share that `at` turns into this value."""
        number = self.clip(value)
        if number == 0 and self.or_zero:
            return self.or_zero / 2
        return self.or_zero + (1 - self.or_zero) * _share(self.low, self.high, number, log=self.log)

    def near(self, value: Setting, spread: float, rng: np.random.Generator) -> float:
        """A random value around another: normal, with a deviation of so much of the range.

        Between 0 and the range it changes over as `OneOf` does between its values.
        """
        number = self.clip(value)
        if self.or_zero and rng.random() < 2 * spread:
            redrawn = self.at(rng.random())
            if (redrawn == 0) != (number == 0):
                return redrawn
        if number == 0 and self.or_zero:
            return 0.0
        rest = (self.position(number) - self.or_zero) / (1 - self.or_zero)
        return self.at(self.or_zero + (1 - self.or_zero) * normal_inside(rest, spread, rng))

    def grid(self, steps: int) -> tuple[Setting, ...]:
        """So many values, evenly from end to end; 0 is one of them where it may be chosen."""
        apart = (0.0,) if self.or_zero and self.low > 0 else ()
        inside = steps - len(apart)
        shares = np.linspace(0, 1, inside) if inside > 1 else [0.5] * inside
        return apart + tuple(self.at(self.or_zero + (1 - self.or_zero) * share) for share in shares)

    @property
    def corners(self) -> tuple[Setting, ...]:
        """The values at which a part is most likely to refuse."""
        return (*((0.0,) if self.or_zero else ()), float(self.low), float(self.high))


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number on a ladder.

    Example:
        >>> [Whole(64, 256, step=64).at(share) for share in (0.0, 0.5, 1.0)]
        [64, 192, 256]
    """

    low: int
    "The smallest value."
    high: int
    "No value is larger; more than `low`."
    _: KW_ONLY
    step: int = 1
    "Distance between two values, 1 or more."
    log: bool = False
    "True where a factor counts the same everywhere; then no rung is below 1."
    prior: int | None = None
    "Where the best value is expected; None is the value of the family's recipe."
    when: When = field(default_factory=dict)
    "When the setting exists."

    def __post_init__(self) -> None:
        for name, value in (("low", self.low), ("high", self.high), ("step", self.step)):
            if not (_is_number(value) and isinstance(value, int)):
                raise SettingInvalid(f"{name} must be a whole number, but {value!r} came.")
        _require_range(self.low, self.high, log=self.log)
        if not 1 <= self.step <= self.high - self.low:
            raise SettingInvalid(f"step must be between 1 and the width of the range, but {self.step!r} came for {self.low} to {self.high}.")
        _require_prior(self)

    @property
    def top(self) -> int:
        """The largest value that a ladder from `low` reaches."""
        return self.low + (self.high - self.low) // self.step * self.step

    def contains(self, value: Setting) -> bool:
        """True for a value of the domain."""
        return _is_number(value) and isinstance(value, int) and self.low <= value <= self.high and (value - self.low) % self.step == 0

    def clip(self, value: Setting) -> int:
        """The nearest value of the domain."""
        if not _is_number(value):
            return self.at(0.5)
        inside = min(max(value, self.low), self.top)
        return self.low + round((inside - self.low) / self.step) * self.step

    def at(self, share: float) -> int:
        """The value below which so much of the domain lies."""
        if self.log:
            return self.clip(_between(self.low, self.top, share, log=True))
        rungs = (self.top - self.low) // self.step + 1
        return self.low + min(int(share * rungs), rungs - 1) * self.step

    def position(self, value: Setting) -> float:
        """The middle of the shares that `at` turns into this value."""
        number = self.clip(value)
        if self.log:
            return _share(self.low, self.top, number, log=True)
        return ((number - self.low) / self.step + 0.5) / ((self.top - self.low) // self.step + 1)

    def near(self, value: Setting, spread: float, rng: np.random.Generator) -> int:
        """A random value around another."""
        return self.at(normal_inside(self.position(value), spread, rng))

    def grid(self, steps: int) -> tuple[Setting, ...]:
        """So many values, evenly from end to end, fewer where the ladder has fewer."""
        shares = [step / (steps - 1) for step in range(steps)] if steps > 1 else [0.5] * steps
        return tuple(dict.fromkeys(self.at(share) for share in shares))

    @property
    def corners(self) -> tuple[Setting, ...]:
        """The values at which a part is most likely to refuse."""
        return (self.low, self.top)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some values.

    Example:
        >>> OneOf(("adamw", "muon"), shares=(0.7, 0.3)).at(0.8)
        'muon'
    """

    values: tuple[Setting, ...]
    "All of them, each once."
    _: KW_ONLY
    shares: tuple[float, ...] | None = None
    "How often each is drawn where nothing is known, in any unit; None is equally often."
    prior: Setting = None
    "Where the best value is expected; None is the value of the family's recipe."
    when: When = field(default_factory=dict)
    "When the setting exists."

    def __post_init__(self) -> None:
        if not isinstance(self.values, tuple) or not self.values:
            raise SettingInvalid(f"A choice needs a tuple of one value or more, but {self.values!r} came.")
        if len(set(self.values)) < len(self.values):
            raise SettingInvalid(f"The values of a choice must differ, but {self.values!r} came.")
        if any(isinstance(value, float) and not math.isfinite(value) for value in self.values):
            raise SettingInvalid(f"The values of a choice must be finite, but {self.values!r} came.")
        if self.shares is not None:
            self._require_shares(self.shares)
        if self.prior is not None and self.prior not in self.values:
            raise SettingInvalid(f"The prior must be a value of the domain, but {self.prior!r} came for {self.values!r}.")

    def _require_shares(self, shares: tuple[float, ...]) -> None:
        if len(shares) != len(self.values):
            raise SettingInvalid(f"A choice needs one share a value, but {len(shares)} came for {len(self.values)} values.")
        if not all(_is_number(share) and share >= 0 for share in shares) or sum(shares) <= 0:
            raise SettingInvalid(f"Shares must be 0 or more and not all 0, but {shares!r} came.")

    @property
    def probabilities(self) -> np.ndarray:
        """The shares, adding up to 1."""
        shares = np.asarray(self.shares if self.shares is not None else [1.0] * len(self.values), dtype=float)
        return shares / shares.sum()

    def contains(self, value: Setting) -> bool:
        """True for a value of the domain."""
        return value in self.values

    def clip(self, value: Setting) -> Setting:
        """The value itself, else the nearest number, else the most frequent value."""
        if value in self.values:
            return self.values[self.values.index(value)]
        if _is_number(value) and self._ordered:
            return min(self.values, key=lambda own: abs(own - value))  # type: ignore[operator, return-value, arg-type]
        return self.values[int(np.argmax(self.probabilities))]

    @property
    def _ordered(self) -> bool:
        return all(_is_number(value) for value in self.values)

    def at(self, share: float) -> Setting:
        """The value below which so much of the domain lies."""
        ends = np.cumsum(self.probabilities)
        return self.values[min(int(np.searchsorted(ends, min(share, 1 - 1e-12), side="right")), len(self.values) - 1)]

    def position(self, value: Setting) -> float:
        """The middle of the shares that `at` turns into this value."""
        number = self.values.index(self.clip(value))
        return float(np.cumsum(self.probabilities)[number] - self.probabilities[number] / 2)

    def near(self, value: Setting, spread: float, rng: np.random.Generator) -> Setting:
        """A random value around another: the same, or with a chance of twice the spread any; of numbers a neighbor rather than any."""
        if self._ordered:
            return self.at(normal_inside(self.position(value), spread, rng))
        return self.at(rng.random()) if rng.random() < 2 * spread else self.clip(value)

    def grid(self, steps: int) -> tuple[Setting, ...]:
        """All values, however many steps were asked for: a choice has no order to thin out."""
        return self.values

    @property
    def corners(self) -> tuple[Setting, ...]:
        """The values at which a part is most likely to refuse: all."""
        return self.values


Domain: TypeAlias = Real | Whole | OneOf
"""What a setting may be."""


def normal_inside(center: float, spread: float, rng: np.random.Generator) -> float:
    """A normal number that lies in [0, 1]."""
    while not 0 <= (share := rng.normal(center, spread)) <= 1:
        continue
    return float(share)


def _between(low: float, high: float, share: float, *, log: bool) -> float:
    if log:
        return math.exp(math.log(low) + (math.log(high) - math.log(low)) * share)
    return low + (high - low) * share


def _share(low: float, high: float, value: float, *, log: bool) -> float:
    if log:
        low, high, value = math.log(low), math.log(high), math.log(value)
    return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.5


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def _require_range(low: float, high: float, *, log: bool) -> None:
    if not (_is_number(low) and _is_number(high)):
        raise SettingInvalid(f"The ends of a range must be finite numbers, but {low!r} and {high!r} came.")
    if low >= high:
        raise SettingInvalid(f"A range must go up, but low {low!r} and high {high!r} came.")
    if log and low <= 0:
        raise SettingInvalid(f"A range with log must begin above 0, but low is {low!r}.")


def _require_prior(domain: Real | Whole) -> None:
    if domain.prior is not None and not domain.contains(domain.prior):
        raise SettingInvalid(f"The prior must be a value of the domain, but {domain.prior!r} came for {domain.low!r} to {domain.high!r}.")
