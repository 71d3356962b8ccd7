"""Examined: the record of one pass of the monitor, as the pages read it. What an older pass did not write down is empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.web.effects import Effect
from luthier.web.score_steps import ScoreStep

QUALITY = ("realised", "estimated")
"Both kinds, the measured one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One side of the quality in a pass: realised on labels, or estimated without."""

    kind: str
    "`realised` or `estimated`."
    method: str
    "CBPE or DLE where estimated; empty where realised."
    sentence: str
    scores: tuple[ScoreStep, ...]
    "Then and now, the leading metric first; empty where there were too few rows."
    loss: str
    "The loss that was tested, as people write it."
    rise: float | None
    "By how much it rose, as a share."
    smallest_rise: float | None
    "The smallest rise that matters."
    p_value: float | None
    rows: int
    assumptions: tuple[Mapping[str, Any], ...]
    "What an estimate stands on: name, holds, sentence."

    @classmethod
    def of(cls, kind: str, record: Mapping[str, Any]) -> Quality:
        """The quality in the record of a pass."""
        return cls(
            kind=kind,
            method=str(record.get("method", "")),
            sentence=str(record.get("sentence", "")),
            scores=tuple(map(ScoreStep.of, record.get("scores", ()))),
            loss=str(record.get("loss", "loss")),
            rise=record.get("rise"),
            smallest_rise=record.get("smallest_rise"),
            p_value=record.get("p_value"),
            rows=int(record.get("rows") or 0),
            assumptions=tuple(record.get("assumptions", ())),
        )

    def score(self, metric: str) -> ScoreStep | None:
        """The score of that metric, where there is one."""
        return next((step for step in self.scores if step.metric == metric), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What one pass saw."""

    sentence: str
    "The whole pass in one or two sentences."
    rows_then: int | None
    rows_now: int | None
    alpha: float | None
    since: float | None
    "Time of the first row, in seconds since 1970."
    until: float | None
    "Time of the last row."
    effects: tuple[Effect, ...]
    "Every test, the surest first."
    quality: tuple[Quality, ...]
    alerts: tuple[Mapping[str, Any], ...]
    "In the order in which they matter."
    notes: tuple[str, ...]

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Examined:
        """The record of a pass."""
        effects = sorted(map(Effect.of, record.get("evidence", ())), key=lambda effect: (_p(effect), -effect.multiple))
        return cls(
            sentence=str(record.get("sentence", "")),
            rows_then=record.get("rows_then"),
            rows_now=record.get("rows_now"),
            alpha=record.get("alpha"),
            since=record.get("since"),
            until=record.get("until"),
            effects=tuple(effects),
            quality=tuple(Quality.of(kind, record[kind]) for kind in QUALITY if record.get(kind)),
            alerts=tuple(record.get("alerts", ())),
            notes=tuple(map(str, record.get("notes", ()))),
        )

    @property
    def headline(self) -> str:
        """The sentence without the numbers in brackets at its end, which stand on their own."""
        opening, bracket, _ = self.sentence.rpartition(" (")
        return f"{opening}." if bracket and self.sentence.endswith(").") else self.sentence or "A pass of the monitor"

    def quality_of(self, kind: str) -> Quality | None:
        """The realised or the estimated quality, where there is one."""
        return next((quality for quality in self.quality if quality.kind == kind), None)

    @property
    def largest(self) -> Effect | None:
        """The effect that is largest beside what matters."""
        return max(self.effects, key=lambda effect: effect.multiple, default=None)


def _p(effect: Effect) -> float:
    return 1.0 if effect.p_value is None else effect.p_value
