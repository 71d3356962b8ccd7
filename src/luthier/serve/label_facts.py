"""LabelFact: what somebody says was true for one prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from luthier.core.errors import RequestRefused
from luthier.serve.question import MOST_ID_CHARACTERS

_MOST_CHARACTERS = 1_000
"Longest label, and longest name of a source."


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFact:
    """One label for one prediction, which may be a correction of an earlier one."""

    prediction_id: str
    "Of the prediction, which may come later."
    label: str | int | float | bool
    "The true class, or number."
    observed_at: datetime | None = None
    "When it was seen to be true; None is when the service hears of it. A time without a zone is UTC."
    source: str = ""
    "Who says so."

    def __post_init__(self) -> None:
        if not 1 <= len(self.prediction_id) <= MOST_ID_CHARACTERS or not self.prediction_id.isprintable():
            raise RequestRefused(
                f"A label needs a prediction id of 1 to {MOST_ID_CHARACTERS} printable characters, but {self.prediction_id[:50]!r} came. "
                "Give the one from the answer.",
                status=422,
            )
        for what, text in (("label", self.text), ("source", self.source)):
            if len(text) > _MOST_CHARACTERS:
                raise RequestRefused(f"A {what} may have {_MOST_CHARACTERS:,} characters, but {len(text):,} came. Shorten it.", status=422)

    @property
    def text(self) -> str:
        """The label as the ledger keeps it, in the form in which a task names its classes.

        Example:
            >>> [LabelFact(prediction_id="a", label=label).text for label in (True, 3, 2.5, "red")]
            ['true', '3', '2.5', 'red']
        """
        if isinstance(self.label, bool):
            return "true" if self.label else "false"
        return self.label if isinstance(self.label, str) else repr(self.label)

    @property
    def observed(self) -> datetime | None:
        """The aware time of observation."""
        if self.observed_at is None:
            return None
        return self.observed_at.replace(tzinfo=UTC) if self.observed_at.tzinfo is None else self.observed_at


def require_number(fact: LabelFact, target: str) -> None:
    """Refuse a label that a regression cannot be compared with."""
    try:
        number = float(fact.text)
    except ValueError:
        number = float("nan")
    if not math.isfinite(number) or isinstance(fact.label, bool):
        raise RequestRefused(f"A label of {target!r} must be a number, but {fact.text[:50]!r} came for {fact.prediction_id!r}. Correct it.", status=422)
