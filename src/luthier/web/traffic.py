"""Traffic: how many rows each model answered in each step of a span. It reads the ledger's counts, never the predictions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from luthier.ledger import Deployment, Ledger
from luthier.web.spans import Span

SPARK = Span(key="spark", label="7 days", seconds=7 * 86_400, step_seconds=3 * 3_600, step_label="3 hours")
"What the small pictures of the first page show."


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficStory:
    """Answers over a span, by model."""

    span: Span
    starts: tuple[float, ...]
    "Of each step, in seconds since 1970; the last step goes on."
    models: tuple[str, ...]
    "Hashes: the champion of now first, then the others, the latest to answer first."
    rows: tuple[tuple[int, ...], ...]
    "For each model the rows that it answered in each step."

    @property
    def totals(self) -> tuple[int, ...]:
        """Rows of all models in each step."""
        return tuple(map(sum, zip(*self.rows, strict=True))) if self.rows else (0,) * len(self.starts)

    @property
    def total(self) -> int:
        """Rows of the whole span."""
        return sum(self.totals)

    @property
    def end(self) -> float:
        """Where the last step ends."""
        return self.starts[-1] + self.span.step_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much is asked at the moment."""

    minute: int
    "Rows answered in the last whole minute."
    hour: int
    "Rows answered in the last 60 minutes."
    day: int
    "Rows answered in the last 24 hours."


def traffic_story(ledger: Ledger, deployment: Deployment, span: Span) -> TrafficStory:
    """Count what a deployment answered until now."""
    step = span.step_seconds
    end = (ledger.now().timestamp() // step + 1) * step
    starts = tuple(float(end - span.seconds + step * index) for index in range(span.seconds // step))
    frame = ledger.predictions.traffic(deployment.name, since=datetime.fromtimestamp(starts[0], UTC), seconds=step)
    place = {start: index for index, start in enumerate(starts)}
    counts: dict[str, list[int]] = {}
    for at, bundle, rows in frame.rows():
        if (index := place.get(at.timestamp())) is not None:
            counts.setdefault(bundle, [0] * len(starts))[index] += rows
    models = sorted(counts, key=lambda model: (model == deployment.champion, _last(counts[model])), reverse=True)
    return TrafficStory(span=span, starts=starts, models=tuple(models), rows=tuple(tuple(counts[model]) for model in models))


def pace(ledger: Ledger, deployment: str) -> Pace:
    """What is asked now; whole minutes, as the ledger counts them."""
    this_minute = ledger.now().replace(second=0, microsecond=0)
    frame = ledger.predictions.traffic(deployment, since=this_minute - timedelta(minutes=24 * 60 - 1), seconds=60)
    last_hour, last_minute = pl.col("at") > this_minute - timedelta(minutes=60), pl.col("at") == this_minute - timedelta(minutes=1)
    return Pace(
        minute=int(frame.filter(last_minute)["rows"].sum()),
        hour=int(frame.filter(last_hour)["rows"].sum()),
        day=int(frame["rows"].sum()),
    )


def _last(rows: list[int]) -> int:
    return max((index for index, count in enumerate(rows) if count), default=-1)
