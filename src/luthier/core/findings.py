"""What checks and the run itself have to say: findings before the training, events during it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: `refuse` stops the fit, `warn` and `note` go into the report."""

    REFUSE = "refuse"
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a data check found."""

    name: str
    "Kebab-case name of the check, as `--force-through` takes it."
    severity: Severity
    "What it means for the fit."
    evidence: str
    "What was seen, with names and numbers: one sentence."
    remedy: str
    "What the user can do: one sentence."
    columns: tuple[str, ...] = ()
    "The columns concerned."
    forced: bool = False
    "True where a refusal was overridden."


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was changed, dropped, capped or guessed on the way (law 10)."""

    name: str
    "Kebab-case name, such as `rows-without-target`."
    what: str
    "One sentence with the numbers."
