"""Spending: the error budget over time, and over what one pass looks at."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from luthier.core.errors import SettingInvalid
from luthier.monitor.alerts import ESTIMATED_QUALITY, REALISED_QUALITY
from luthier.monitor.settings import LARGEST_ALPHA

_WEEK = 7 * 86_400.0

INPUTS = "inputs"
PASS_SHARES = {REALISED_QUALITY: 0.25, ESTIMATED_QUALITY: 0.25, INPUTS: 0.5}
"How a pass divides its budget: half for the quality, half for everything that rows show without labels. What is not there spends nothing."
INPUT_SHARES = {
    "input": 0.4,
    "multivariate": 0.2,
    "prediction": 0.2,
    "missing": 0.05,
    "unseen": 0.05,
    "range": 0.05,
    "unreadable": 0.05,
}
"How the half for the inputs is divided, before Holm's rule hands on what surely changed columns leave over."


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """At most so many false alarms in so many weeks, however the time is cut into passes.

    A pass over a window of t seconds may be wrong with a probability of false_alarms × t / weeks. Expectations add up, so that over the weeks at most
    so many passes are expected to raise an alarm where nothing changed; the windows must not overlap, but need not be independent.

    Example:
        >>> round(Spending(weeks=52).alpha(7 * 86_400), 4)
        0.0192
    """

    false_alarms: float = 1.0
    "Passes that raise any false alarm, expected at most."
    weeks: float = 26.0
    "In so many weeks."

    def __post_init__(self) -> None:
        if self.false_alarms <= 0 or self.weeks <= 0:
            raise SettingInvalid(
                f"An error budget needs some false alarms in some weeks, but {self.false_alarms:g} in {self.weeks:g} weeks came. "
                "Give 1 in 26 for an alarm that is false twice a year."
            )

    def alpha(self, seconds: float | None) -> float:
        """What a pass over a window of so many seconds may spend; of unknown length, what a single comparison may."""
        if seconds is None:
            return LARGEST_ALPHA
        return min(max(self.false_alarms * seconds / (self.weeks * _WEEK), 1e-12), LARGEST_ALPHA)

    @property
    def sentence(self) -> str:
        """The promise in plain words."""
        return (
            f"At most {self.false_alarms:g} pass{'' if self.false_alarms == 1 else 'es'} with a false alarm expected in {self.weeks:g} weeks, "
            "over everything that is watched."
        )


def divided(alpha: float, parts: Collection[str]) -> dict[str, float]:
    """The budget of a pass for each of its parts that there are.

    Example:
        >>> divided(0.04, ["inputs", "estimated-quality"])["estimated-quality"]
        0.013333333333333334
    """
    whole = sum(PASS_SHARES[part] for part in parts)
    return {part: alpha * PASS_SHARES[part] / whole for part in parts}
