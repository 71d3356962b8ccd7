"""Answers: what the service says to a question, before a protocol gives it its form."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """The answer to one row or image."""

    prediction_id: str
    "The caller's, or one that was made; a label refers to it."
    prediction: str | int | float | bool | None
    "A class or a number in the target's own type; None where the model abstained."
    probabilities: tuple[float, ...] | None = None
    "Calibrated, in the order of `Answers.classes`; None of a regression."
    prediction_set: tuple[str, ...] | None = None
    "The classes that hold the truth with the promised probability; None of a regression, or where no set was calibrated."
    lower: float | None = None
    "Lower end of a regression's interval."
    upper: float | None = None
    "Upper end of a regression's interval."
    abstained: bool = False
    "True where the model was allowed to abstain and did."
    bundle: str = ""
    "Hash of the bundle that answered this row: another than `Answers.bundle` where the answer was given earlier, to the same id."


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to all rows of a question, in their order."""

    deployment: str
    "Name of the deployment that answered."
    bundle: str
    "Hash of the bundle that answers now."
    version: int
    "The deployment's version."
    classes: tuple[str, ...]
    "Names of the classes as text, in the order of the probabilities; empty of a regression."
    rows: tuple[AnsweredRow, ...]
