"""Sealed score: the number that a stored model is known by, from the scores in its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.ledger import StoredBundle
from luthier.web.words import interval


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedScore:
    """One metric on the rows that were sealed until the last choice."""

    metric: str
    label: str
    "As people write it."
    value: float | None
    lower: float | None
    upper: float | None
    greater_is_better: bool | None
    "None where the manifest does not say."

    @property
    def text(self) -> str:
        """The value with its interval."""
        return interval(self.value, self.lower, self.upper)

    @classmethod
    def of(cls, name: str, entry: Any) -> SealedScore:
        """A score as a manifest has it: a record, or a bare number."""
        facts = entry if isinstance(entry, Mapping) else {"value": entry}
        return cls(
            metric=name,
            label=str(facts.get("label") or name.replace("_", " ").capitalize()),
            value=facts.get("value"),
            lower=facts.get("lower"),
            upper=facts.get("upper"),
            greater_is_better=facts.get("greater_is_better"),
        )


def sealed_scores(bundle: StoredBundle) -> tuple[SealedScore, ...]:
    """All scores of a model; the first is that of the metric that chose it."""
    return tuple(SealedScore.of(name, entry) for name, entry in bundle.scores.items())


def leading_score(bundle: StoredBundle) -> SealedScore | None:
    """The score that a model is known by."""
    return next(iter(sealed_scores(bundle)), None)
