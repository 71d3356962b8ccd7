"""Score steps: one metric in the reference and now, with the interval of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.report.charts import Lane
from luthier.report.numerals import decimals_for_interval, number
from luthier.web.words import interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """A value with its interval; None where it does not exist."""

    value: float | None
    lower: float | None
    upper: float | None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Ends:
        """The interval in a record."""
        return cls(value=record.get("value"), lower=record.get("lower"), upper=record.get("upper"))

    @property
    def text(self) -> str:
        """The value with its interval."""
        return interval(self.value, self.lower, self.upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreStep:
    """One metric, then and now."""

    metric: str
    label: str
    greater_is_better: bool
    then: Ends
    now: Ends

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> ScoreStep:
        """A pair of scores in the record of a pass."""
        return cls(
            metric=str(record["metric"]),
            label=str(record["label"]),
            greater_is_better=bool(record["greater_is_better"]),
            then=Ends.of(record["then"]),
            now=Ends.of(record["now"]),
        )

    @property
    def verdict(self) -> str:
        """What became of it where the intervals do not touch; empty where they do."""
        ends = (self.then.lower, self.then.upper, self.now.lower, self.now.upper)
        if any(end is None for end in ends):
            return ""
        low_then, high_then, low_now, high_now = (float(end or 0.0) for end in ends)
        if low_now <= high_then and low_then <= high_now:
            return ""
        return "better" if (low_now > high_then) == self.greater_is_better else "worse"

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Now above then."""
        decimals = decimals_for_interval(self.now.lower, self.now.upper)
        return tuple(_lane(label, ends, decimals, strong=ends is self.now) for label, ends in (("Now", self.now), ("Reference", self.then)))


def _lane(label: str, ends: Ends, decimals: int | None, *, strong: bool) -> Lane:
    return Lane(label=label, value=ends.value or 0.0, text=number(ends.value, decimals), lower=ends.lower, upper=ends.upper, strong=strong)
