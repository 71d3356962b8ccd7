"""Alerts: what a pass of the monitor has to say out loud, in the order in which it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

REALISED_QUALITY, ESTIMATED_QUALITY, DRIFT, DATA_QUALITY = "realised-quality", "estimated-quality", "drift", "data-quality"
TRIGGER_ORDER = (REALISED_QUALITY, ESTIMATED_QUALITY, DRIFT, DATA_QUALITY)
"What speaks first: measured loss, then estimated loss, then inputs that moved, then cells that are odd."


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that changed, surely and by enough to matter."""

    kind: str
    "One of `TRIGGER_ORDER`."
    subject: str
    "What changed: a column, a prediction, a metric or a part of the inputs."
    since: float | None
    "Seconds since 1970 at which the change begins to show; None where rows carry no times."
    p_value: float | None
    "How often chance alone shows as much."
    effect: float | None
    "How big the change is, in the unit that the text names."
    text: str
    "What, since when, how sure and how big: one to three plain sentences."
    remedy: str
    "What to do about it."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Alert:
        """The alert that `to_json` wrote."""
        return cls(**record)


def in_trigger_order(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """The alerts as they should be read: by kind, then the surest first.

    Example:
        >>> alert = Alert(kind="drift", subject="age", since=None, p_value=0.001, effect=0.3, text="It moved.", remedy="Look.")
        >>> worse = Alert(kind="realised-quality", subject="log-loss", since=None, p_value=0.01, effect=0.1, text="It rose.", remedy="Retrain.")
        >>> [alert.subject for alert in in_trigger_order([alert, worse])]
        ['log-loss', 'age']
    """
    return tuple(sorted(alerts, key=lambda alert: (TRIGGER_ORDER.index(alert.kind), 1.0 if alert.p_value is None else alert.p_value, alert.subject)))


def since_words(since: float | None) -> str:
    """Since when, for the middle of a sentence; empty where it is unknown.

    Example:
        >>> since_words(86400.0), since_words(None)
        (' since 1970-01-02 00:00 UTC', '')
    """
    return "" if since is None else f" since {datetime.fromtimestamp(since, UTC):%Y-%m-%d %H:%M} UTC"


def chance_words(p_value: float, allowed: float) -> str:
    """How sure, as a sentence: what chance alone would do, and what this test may spend of the budget.

    Example:
        >>> chance_words(0.00021, 0.0012)
        'Chance alone shows as much in 1 of 4,800 such windows (p = 0.00021; this test may use 0.0012 of the error budget).'
    """
    if p_value < 1e-9:
        return f"Chance alone does not explain it (p < 1e-9; this test may use {allowed:.2g} of the error budget)."
    often = f"in 1 of {float(f'{1 / p_value:.2g}'):,.0f} such windows"
    return f"Chance alone shows as much {often} (p = {p_value:.2g}; this test may use {allowed:.2g} of the error budget)."
