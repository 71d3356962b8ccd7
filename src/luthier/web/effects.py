"""Effects: how big a change is, in its own unit and in multiples of the smallest that matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.report.numerals import number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one test of a pass saw."""

    name: str
    "What was compared, as sentences name it."
    subject: str
    "The same as a bare name."
    aspect: str
    "`input`, `prediction` or `multivariate`; `missing`, `unseen`, `range` or `unreadable`."
    size: float
    smallest: float
    "The smallest that matters."
    unit: str
    p_value: float | None
    allowed: float | None
    "The largest p-value at which it may speak."
    alarmed: bool
    detail: str
    "What it was then and is now."
    examples: tuple[str, ...]

    @classmethod
    def of(cls, evidence: Mapping[str, Any]) -> Effect:
        """An effect of the evidence in the record of a pass."""
        return cls(
            name=str(evidence["name"]),
            subject=str(evidence["subject"]),
            aspect=str(evidence["aspect"]),
            size=evidence.get("effect") or 0.0,
            smallest=evidence.get("smallest") or 0.0,
            unit=str(evidence.get("unit", "")),
            p_value=evidence.get("p_value"),
            allowed=evidence.get("allowed"),
            alarmed=bool(evidence.get("alarmed")),
            detail=str(evidence.get("detail", "")),
            examples=tuple(map(str, evidence.get("examples", ()))),
        )

    @property
    def key(self) -> tuple[str, str]:
        """The same in every pass."""
        return self.subject, self.aspect

    @property
    def label(self) -> str:
        """A short name for a table."""
        return ASPECTS.get(self.aspect, "{}").format(self.subject)

    @property
    def multiple(self) -> float:
        """The effect as a multiple of the smallest that matters."""
        return self.size / self.smallest if self.smallest else 0.0

    @property
    def size_text(self) -> str:
        """The effect in its unit."""
        return effect_text(self.size, self.unit)

    @property
    def smallest_text(self) -> str:
        """The smallest that matters in the same unit."""
        return effect_text(self.smallest, self.unit)


ASPECTS = {
    "input": "{}",
    "prediction": "{}",
    "multivariate": "{}",
    "missing": "{}: missing",
    "unseen": "{}: new categories",
    "range": "{}: out of range",
    "unreadable": "{}: unreadable",
}
"How a table names what was tested of a subject."


def effect_text(size: float, unit: str) -> str:
    """An effect with its unit.

    Example:
        >>> effect_text(0.42, "sigma"), effect_text(0.034, "share of rows"), effect_text(0.08, "AUC above 0.5")
        ('0.42 σ', '3.4 % of rows', 'AUC 0.58')
    """
    if unit == "share of rows":
        return f"{percent(size)} of rows"
    if unit == "AUC above 0.5":
        return f"AUC {number(0.5 + size, 2)}"
    return f"{number(size, 2)} σ" if unit == "sigma" else f"{number(size)} {unit}".strip()
