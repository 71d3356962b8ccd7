"""Detectors of a rising error rate under one false-alarm rate. Knows nothing of Luthier or river: both sides use it.

Streams are [streams, rows] of 0 (right) and 1 (wrong). Their first rows are a time when all was well; what a detector says then does not count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

STEPS = 10
"Of the bisection; the range is halved, in proportions, at each."


@dataclass(frozen=True)
class Detector:
    """One way to notice."""

    name: str
    first_alarm: Callable[[float, np.ndarray, int], int | None]
    "Rows after the good time at which it first speaks, given its strictness, a stream and the length of the good time."
    lowest: float
    "Strictness at which it speaks too often."
    highest: float
    "Strictness at which it hardly speaks."
    share: float = 1.0
    "Of the unchanged streams that it is tuned on: slow ones take few."


@dataclass(frozen=True)
class Streams:
    """What all detectors see."""

    unchanged: np.ndarray
    changed: dict[str, np.ndarray]
    "By the error rate that it becomes."
    good_rows: int
    "Rows before the change."
    rate: float
    "False alarms a row that are allowed."

    @classmethod
    def read(cls, folder: Path) -> Streams:
        """What was written there."""
        facts = json.loads((folder / "facts.json").read_text())
        changed = {name: np.load(folder / f"changed-{name}.npy", allow_pickle=False) for name in facts["changed"]}
        return cls(np.load(folder / "unchanged.npy", allow_pickle=False), changed, facts["good_rows"], facts["rate"])

    def write(self, folder: Path) -> None:
        """The files that `read` reads."""
        np.save(folder / "unchanged.npy", self.unchanged)
        for name, streams in self.changed.items():
            np.save(folder / f"changed-{name}.npy", streams)
        (folder / "facts.json").write_text(json.dumps({"changed": list(self.changed), "good_rows": self.good_rows, "rate": self.rate}))


def false_alarm_rate(detector: Detector, strictness: float, streams: np.ndarray, good_rows: int) -> float:
    """First alarms a watched row: each stream is watched until it speaks."""
    firsts = [detector.first_alarm(strictness, stream, good_rows) for stream in streams]
    whole = streams.shape[1] - good_rows
    return sum(first is not None for first in firsts) / sum(whole if first is None else first + 1 for first in firsts)


def tuned(detector: Detector, streams: Streams) -> tuple[float, float]:
    """The least strictness whose rate of false alarms is allowed, and its rate."""
    unchanged = streams.unchanged[: max(1, round(detector.share * len(streams.unchanged)))]
    low, high = detector.lowest, detector.highest
    rate = false_alarm_rate(detector, high, unchanged, streams.good_rows)
    for _ in range(STEPS):
        middle = (low * high) ** 0.5
        found = false_alarm_rate(detector, middle, unchanged, streams.good_rows)
        if found > streams.rate:
            low = middle
        else:
            high, rate = middle, found
    return high, rate


def judged(detectors: Sequence[Detector], streams: Streams) -> list[dict[str, Any]]:
    """Every detector, tuned, with the delay of each changed stream; None where it did not notice."""
    records = []
    for detector in detectors:
        strictness, rate = tuned(detector, streams)
        delays = {name: [detector.first_alarm(strictness, stream, streams.good_rows) for stream in changed] for name, changed in streams.changed.items()}
        rows = round(detector.share * len(streams.unchanged)) * (streams.unchanged.shape[1] - streams.good_rows)
        records.append({"detector": detector.name, "strictness": strictness, "rate": rate, "tuned_on_rows": rows, "delays": delays})
    return records
