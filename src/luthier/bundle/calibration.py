"""Calibration: what turns the mean of the networks into probabilities, sets and intervals that can be believed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was fitted on out-of-fold predictions and is applied to every answer."""

    temperature: float = 1.0
    "Divisor of the logits of a classification."
    set_threshold: float | None = None
    "Probability from which on a class belongs to the prediction set."
    decision_threshold: float | None = None
    "Probability of the second class from which on it is the answer; None is 0.5."
    coverage: float = 0.9
    "Probability with which a set or interval holds the truth."
    interval_edges: tuple[float, ...] = ()
    "Predicted values that separate ranges of a regression, rising."
    interval_half_widths: tuple[float, ...] = (0.0,)
    "Half a width for each range: one more than edges."
