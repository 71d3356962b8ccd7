"""Quality over time: one metric at each pass of the monitor, realised and estimated, beside the model's reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luthier.ledger import Pass
from luthier.web.examined import QUALITY, Examined
from luthier.web.score_steps import Ends, ScoreStep


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPoint:
    """One pass."""

    id: int
    "Of the pass."
    at: float
    "End of its window, in seconds since 1970."
    bundle: str
    "Hash of the model that was watched."
    reference: Ends
    "On the rows that were sealed."
    realised: Ends | None
    "None where too few labels had come."
    estimated: Ends | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityStory:
    """One metric over all passes that have it."""

    metric: str
    label: str
    greater_is_better: bool
    points: tuple[QualityPoint, ...]
    "In the order of time."

    @property
    def has_labels(self) -> bool:
        """True where some pass saw enough labels."""
        return any(point.realised is not None for point in self.points)


def quality_story(passes: Sequence[Pass]) -> QualityStory | None:
    """The metric that leads in the newest pass that has one; None where none has.

    Args:
        passes: in any order.
    """
    seen = [(one, Examined.of(one.record)) for one in sorted(passes, key=lambda one: one.id)]
    leading = next((quality.scores[0] for _, examined in reversed(seen) for quality in examined.quality if quality.scores), None)
    if leading is None:
        return None
    points = tuple(point for one, examined in seen if (point := _point(one, examined, leading.metric)) is not None)
    return QualityStory(metric=leading.metric, label=leading.label, greater_is_better=leading.greater_is_better, points=points)


def _point(one: Pass, examined: Examined, metric: str) -> QualityPoint | None:
    steps = {kind: step for kind in QUALITY if (step := _step(examined, kind, metric)) is not None}
    if not steps:
        return None
    first = next(iter(steps.values()))
    return QualityPoint(
        id=one.id,
        at=(one.until or one.at).timestamp(),
        bundle=one.bundle,
        reference=first.then,
        realised=steps["realised"].now if "realised" in steps else None,
        estimated=steps["estimated"].now if "estimated" in steps else None,
    )


def _step(examined: Examined, kind: str, metric: str) -> ScoreStep | None:
    quality = examined.quality_of(kind)
    step = quality.score(metric) if quality is not None else None
    return step if step is not None and step.now.value is not None else None
