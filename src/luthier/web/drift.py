"""Drift over time: what changed most, pass by pass, in multiples of what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from luthier.ledger import Pass
from luthier.web.effects import Effect
from luthier.web.examined import Examined

MOST_PASSES = 10
"Passes side by side."
MOST_SUBJECTS = 8
"Rows of the map."


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPass:
    """One pass, a column of the map."""

    id: int
    at: float
    "End of its window, in seconds since 1970."
    bundle: str
    rows: int
    labeled: int
    alarms: int
    largest: Effect | None
    effects: tuple[Effect | None, ...]
    "For each subject of the map; None where it was not tested."


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftStory:
    """The newest passes side by side."""

    labels: tuple[str, ...]
    "What changed most, the largest first: the rows of the map."
    passes: tuple[DriftPass, ...]
    "In the order of time."
    tests: int
    "Of the newest pass."


def drift_story(passes: Sequence[Pass]) -> DriftStory:
    """The newest passes and what changed most in them."""
    newest = sorted(passes, key=lambda one: one.id)[-MOST_PASSES:]
    seen = [Examined.of(one.record) for one in newest]
    subjects = _subjects([effect for examined in seen for effect in examined.effects])
    columns = tuple(_column(one, examined, list(subjects)) for one, examined in zip(newest, seen, strict=True))
    return DriftStory(labels=tuple(subjects.values()), passes=columns, tests=len(seen[-1].effects) if seen else 0)


def _subjects(effects: Sequence[Effect]) -> dict[tuple[str, str], str]:
    """Keys and labels of what changed most in any of the passes; alarms first."""
    largest: dict[tuple[str, str], tuple[bool, float]] = {}
    labels = {effect.key: effect.label for effect in effects}
    for effect in effects:
        largest[effect.key] = max(largest.get(effect.key, (False, 0.0)), (effect.alarmed, effect.multiple))
    ordered = sorted(largest, key=lambda key: largest[key], reverse=True)[:MOST_SUBJECTS]
    return {key: labels[key] for key in ordered}


def _column(one: Pass, examined: Examined, subjects: Sequence[tuple[str, str]]) -> DriftPass:
    by_key = {effect.key: effect for effect in examined.effects}
    return DriftPass(
        id=one.id,
        at=(one.until or one.at).timestamp(),
        bundle=one.bundle,
        rows=one.rows,
        labeled=one.labeled,
        alarms=len(examined.alerts),
        largest=examined.largest,
        effects=tuple(by_key.get(key) for key in subjects),
    )
