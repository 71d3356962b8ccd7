"""Weighed: the evidence of a promotion or a rollback, as the pages read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from luthier.report.charts import Lane
from luthier.report.numerals import decimals_for_interval, number, percent

MOST_SLICES = 8
"Slices that are drawn; the record has all of them."


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceOutcome:
    """Champion against challenger on the rows of one slice."""

    name: str
    rows: int
    gain: float
    bound: float
    p_value: float | None
    is_worse: bool

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> SliceOutcome:
        """A slice in a record of evidence."""
        return cls(
            name=f"{record['column']} = {record['level']}",
            rows=int(record["rows"]),
            gain=float(record["gain"]),
            bound=float(record["bound"]),
            p_value=record.get("p_value"),
            is_worse=bool(record.get("is_worse")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """Two models on the same labeled rows."""

    sentence: str
    loss: str
    "What was compared, as people write it."
    rows: int
    before: tuple[str, float | None]
    "Who answered before, and the mean loss."
    after: tuple[str, float | None]
    "Who answers after, and the mean loss."
    gain: float | None
    "By how much the loss falls."
    lower: float | None
    upper: float | None
    margin: float
    "The gain had to be above this."
    alpha: float
    accepted: bool
    reasons: tuple[str, ...]
    slices: tuple[SliceOutcome, ...]
    latency_ratio: float | None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Weighed | None:
        """The evidence of a change of champion; None where nothing was weighed."""
        if "challenger_loss" in record:
            return _promotion(record)
        return _rollback(record) if "former_loss" in record else None

    @property
    def sureness(self) -> str:
        """How sure the bounds are."""
        return percent(1 - self.alpha, 0)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The gain over all rows with its bounds, then the slices, the worst first."""
        decimals = decimals_for_interval(self.lower, self.upper)
        whole = Lane(
            label="All rows",
            note=f"{self.rows:,} rows",
            value=self.gain or 0.0,
            text=number(self.gain, decimals),
            lower=self.lower,
            upper=self.upper,
            strong=True,
        )
        return (whole, *(_slice_lane(part, decimals) for part in _shown(self.slices)))


def _promotion(record: Mapping[str, Any]) -> Weighed:
    return Weighed(
        sentence=str(record.get("sentence", "")),
        loss=str(record["loss"]),
        rows=int(record["rows"]),
        before=("Champion", record.get("champion_loss")),
        after=("Challenger", record.get("challenger_loss")),
        gain=record.get("gain"),
        lower=record.get("lower"),
        upper=record.get("upper"),
        margin=record.get("margin") or 0.0,
        alpha=record.get("alpha") or 0.05,
        accepted=bool(record.get("accepted")),
        reasons=tuple(map(str, record.get("reasons", ()))),
        slices=tuple(map(SliceOutcome.of, record.get("slices", ()))),
        latency_ratio=record.get("latency_ratio"),
    )


def _rollback(record: Mapping[str, Any]) -> Weighed:
    return Weighed(
        sentence=str(record.get("sentence", "")),
        loss=str(record["loss"]),
        rows=int(record["rows"]),
        before=("Champion", record.get("champion_loss")),
        after=("Model before it", record.get("former_loss")),
        gain=record.get("rise"),
        lower=record.get("lower"),
        upper=record.get("upper"),
        margin=record.get("margin") or 0.0,
        alpha=record.get("alpha") or 0.05,
        accepted=bool(record.get("proven")),
        reasons=(),
        slices=(),
        latency_ratio=None,
    )


def _shown(slices: Sequence[SliceOutcome]) -> list[SliceOutcome]:
    return sorted(slices, key=lambda part: (not part.is_worse, part.gain))[:MOST_SLICES]


def _slice_lane(part: SliceOutcome, decimals: int | None) -> Lane:
    note = f"{part.rows:,} rows, surely worse" if part.is_worse else f"{part.rows:,} rows"
    return Lane(label=part.name, note=note, value=part.gain, text=number(part.gain, decimals))
