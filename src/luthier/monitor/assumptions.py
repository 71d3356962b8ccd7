"""Assumptions: what has to hold for an estimate without labels, looked at where it can be, and said where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from luthier.evaluate.records import AbstractRecord
from luthier.monitor.cbpe import Calibration
from luthier.monitor.dle import DirectLosses
from luthier.monitor.region import Outside
from luthier.monitor.score_pairs import percent

MOST_OUTSIDE = 0.1
"Share of rows outside the region of the reference up to which an estimate is trusted: beyond it a tenth of the answer would be a guess."
FEWEST_EXPLAINED = 0.01
"Share of the losses' variance that a direct estimate has to explain on rows that it did not learn from."


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption(AbstractRecord):
    """One thing that has to hold."""

    name: str
    "`calibration`, `loss model`, `region` or `concept`."
    holds: bool | None
    "None where nobody can tell without labels."
    sentence: str

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Assumption:
        """The assumption that `to_json` wrote."""
        return cls(**record)


CONCEPT = Assumption(
    name="concept",
    holds=None,
    sentence="An estimate without labels cannot see that the same inputs now mean something else: only labels show that.",
)


def calibration_assumption(raw: Calibration, used: Calibration, *, rows: int) -> Assumption:
    """Whether probabilities were worth what they said on the reference, as they are or after recalibration.

    Args:
        raw: of the model's own probabilities.
        used: of those that the estimate uses.
    """
    opening = f"On {rows:,} labeled reference rows the calibration error is {_error(raw)}"
    if raw.is_sound:
        closing = "no more than chance explains."
    elif used.is_usable:
        closing = f"more than chance explains; the estimate uses recalibrated probabilities ({_error(used)})."
    else:
        closing = f"and {_error(used)} after recalibration: too much for an estimate."
    return Assumption(name="calibration", holds=used.is_usable, sentence=f"{opening}, {closing}")


def loss_model_assumption(losses: DirectLosses, *, loss: str, rows: int) -> Assumption:
    """Whether the inputs tell which answers are off by how much."""
    holds = losses.explained >= FEWEST_EXPLAINED
    opening = f"On {rows:,} labeled reference rows that it did not learn from, the estimate explains {percent(losses.explained)} of the variance of the {loss}"
    closing = f"(rank correlation {losses.correlation:.2f})." if holds else "(too little to tell a hard row from an easy one)."
    return Assumption(name="loss model", holds=holds, sentence=f"{opening} {closing}")


def region_assumption(outside: Outside | None) -> Assumption:
    """Whether the current rows lie where the reference has rows."""
    if outside is None:
        return Assumption(
            name="region", holds=None, sentence="There are no inputs to compare, so whether the rows lie where the reference has rows is unknown."
        )
    share = outside.share
    sentence = (
        f"{percent(share.value)} of {outside.rows:,} rows lie outside the region of the reference ({outside.strange_cells:,} with an unseen "
        f"category or a number out of range, {outside.far:,} far from all of its rows); unchanged rows would show about {100 * outside.expected:g} %."
    )
    return Assumption(name="region", holds=share.value <= MOST_OUTSIDE, sentence=sentence)


def _error(calibration: Calibration) -> str:
    error = calibration.error
    return f"{error.value:.3f} (95 % interval {error.lower:.3f} to {error.upper:.3f}, {calibration.by_chance:.3f} by chance)"
