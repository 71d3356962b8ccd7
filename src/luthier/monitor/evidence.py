"""Evidence: what each test of a pass saw, and which of them may speak under one error budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from luthier.evaluate.records import AbstractRecord
from luthier.monitor.since import change_begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(AbstractRecord):
    """One test of a pass."""

    kind: str
    "`drift` or `data-quality`."
    aspect: str
    "`input`, `prediction` or `multivariate`; `missing`, `unseen`, `range` or `unreadable`."
    name: str
    "What was compared, as sentences name it."
    subject: str
    "The same as a bare name."
    p_value: float
    "How often chance alone shows as much where nothing changed."
    effect: float
    "How big the change is; never negative."
    smallest: float
    "The smallest effect that matters."
    unit: str
    "Of both: `sigma`, `share of rows` or `AUC above 0.5`."
    detail: str
    "What it was then and what it is now, for the middle of a sentence."
    rows_then: int
    "Rows compared of the reference."
    rows_now: int
    "Rows compared of the current window."
    worth_then: float
    "Independent rows that those of the reference are worth."
    worth_now: float
    examples: tuple[str, ...] = ()
    "Some of the cells concerned."
    allowed: float = 0.0
    "The part of the error budget that this test may use."
    alarmed: bool = False
    "True where p is within its part of the budget and the effect matters."
    since: float | None = None
    "Of an alarm: seconds since 1970 at which the change begins to show."

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evidence:
        """The evidence that `to_json` wrote."""
        return cls(**{**record, "examples": tuple(record["examples"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Evidence before the budget has spoken."""

    evidence: Evidence
    scores: Callable[[], np.ndarray]
    "For each current row, in order, a number around 0 where nothing changed: tells since when. Computed for alarms only."
    rows: np.ndarray | None = None
    "Numbers of the current rows that have a score; None is all."


def decide(tests: Sequence[Undecided], shares: Mapping[str, float], *, alpha: float, at: np.ndarray | None) -> tuple[Evidence, ...]:
    """Let those tests speak whose changes are sure and matter.

    Holm's step-down rule with weights: whatever else changed or not, the chance of any false alarm is at most alpha.

    Args:
        shares: for each aspect its share of the budget, divided evenly over its tests.
        alpha: the budget of all tests together.
        at: seconds of the current rows.
    """
    weights = _weights([test.evidence.aspect for test in tests], shares)
    allowed = holm([test.evidence.p_value for test in tests], weights, alpha=alpha)
    return tuple(_decided(test, part, at) for test, part in zip(tests, allowed, strict=True))


def holm(p_values: Sequence[float], weights: Sequence[float], *, alpha: float) -> list[float]:
    """The largest p-value at which each test may speak (Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979, with weights).

    Example:
        >>> [round(part, 4) for part in holm([0.001, 0.5, 0.03], [1.0, 1.0, 1.0], alpha=0.05)]
        [0.0167, 0.025, 0.025]
    """
    order = sorted(range(len(p_values)), key=lambda test: p_values[test] / weights[test])
    left, open_, parts = sum(weights), True, [0.0] * len(p_values)
    for test in order:
        parts[test] = alpha * weights[test] / left
        open_ = open_ and p_values[test] <= parts[test]
        if open_:
            left -= weights[test]
    return parts


def _weights(aspects: Sequence[str], shares: Mapping[str, float]) -> list[float]:
    present = set(aspects)
    whole = sum(share for aspect, share in shares.items() if aspect in present)
    return [shares[aspect] / whole / aspects.count(aspect) for aspect in aspects]


def _decided(test: Undecided, allowed: float, at: np.ndarray | None) -> Evidence:
    evidence = test.evidence
    alarmed = evidence.p_value <= allowed and evidence.effect >= evidence.smallest
    since = change_begins(test.scores(), at if test.rows is None else at[test.rows]) if alarmed and at is not None else None
    return replace(evidence, allowed=allowed, alarmed=alarmed, since=since)
