"""Time: the one place that reads the clock, and the budget that decides when to stop.

Decisions are steered by work done; the clock says only when to stop.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from luthier.core.errors import SettingInvalid

_UNITS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_COUNTS = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def parse_duration(text: str | float) -> float:
    """Seconds in a duration such as `90`, `"90s"`, `"5m"`, `"1.5h"` or `"2ms"`.

    Example:
        >>> parse_duration("1h30m")
        5400.0
    """
    if isinstance(text, (int, float)):
        seconds = float(text)
    else:
        compact = text.strip().lower().replace(" ", "")
        parts = re.findall(r"(\d+(?:\.\d*)?)(ms|min|s|m|h|d|)", compact)
        if not parts or "".join(number + unit for number, unit in parts) != compact:
            raise SettingInvalid(f"A duration must look like 90s, 5m or 1h30m, but {text!r} came.")
        seconds = sum(float(number) * _UNITS.get(unit, 1.0) for number, unit in parts)
    if not 0 < seconds < float("inf"):
        raise SettingInvalid(f"A duration must be more than 0 s, but {text!r} came.")
    return seconds


def parse_work(text: str | int) -> int:
    """Rows in an amount of work such as `500000`, `"500k"` or `"2M"`.

    Example:
        >>> parse_work("1.5M")
        1500000
    """
    match = re.fullmatch(r"(\d+(?:\.\d*)?)([kmg]?)", str(text).strip().lower())
    if match is None or float(match[1]) == 0:
        raise SettingInvalid(f"An amount of work is a number of training rows such as 500k or 2M, but {text!r} came.")
    return round(float(match[1]) * _COUNTS[match[2]])


def process_started() -> float:
    """When this process started, on the clock of `time.monotonic()`; now, where the system does not tell."""
    try:
        ticks = float(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
        uptime = float(Path("/proc/uptime").read_text().split()[0])
        age = uptime - ticks / 100.0  # USER_HZ is 100 on every Linux that runs Python
    except (OSError, ValueError, IndexError):
        return time.monotonic()
    return time.monotonic() - max(age, 0.0)


@dataclass(slots=True)
class Deadline:
    """The moment when everything must be written, and the wish to stop before it.

    Law 3 hangs on this object: who works asks `seconds_left` and returns in time.
    """

    budget_seconds: float
    "Seconds from the start to the exit, report and bundle written; infinite where work, not time, is the bound."
    now: Callable[[], float] = time.monotonic
    "The clock, in seconds; a test passes its own."
    started: float = field(default=float("nan"))
    "When the budget began to run, on that clock."
    stopped: bool = False
    "True once somebody asked to stop early (Ctrl-C)."

    def __post_init__(self) -> None:
        if self.started != self.started:
            self.started = self.now()

    @property
    def seconds_used(self) -> float:
        """Seconds since the start."""
        return self.now() - self.started

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; zero once somebody asked to stop."""
        return 0.0 if self.stopped else self.budget_seconds - self.seconds_used

    def stop(self) -> None:
        """Ask everything to finish now."""
        self.stopped = True


@dataclass(slots=True)
class Stopwatch:
    """Where the time went: seconds by phase, in the order in which they came."""

    now: Callable[[], float] = time.monotonic
    seconds: dict[str, float] = field(default_factory=dict)
    _phase: str | None = None
    _since: float = 0.0

    def phase(self, name: str | None) -> None:
        """Close the running phase and open another; `None` closes only."""
        moment = self.now()
        if self._phase is not None:
            self.seconds[self._phase] = self.seconds.get(self._phase, 0.0) + moment - self._since
        self._phase, self._since = name, moment
