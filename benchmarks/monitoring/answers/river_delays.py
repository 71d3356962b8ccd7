"""river's detectors of change.

    PYTHON river_delays.py FOLDER [SLOW_SHARE]

FOLDER holds the streams. One line of JSON on stdout. SLOW_SHARE is the share of the unchanged streams that KSWIN is tuned on: it takes a thousand times longer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from calibrating import Detector, Streams, judged
from river import drift
from river.drift import binary


def watching(make: Callable[[float], Any]) -> Callable[[float, np.ndarray, int], int | None]:
    """The first alarm of a detector that sees one value after the other; a good time's alarms only make it begin anew."""

    def first_alarm(strictness: float, stream: np.ndarray, good_rows: int) -> int | None:
        detector = make(strictness)
        for row, value in enumerate(stream.tolist()):
            detector.update(value)
            if detector.drift_detected and row >= good_rows:
                return row - good_rows
        return None

    return first_alarm


def main(folder: Path, slow_share: float) -> None:
    """Tune and judge."""
    detectors = [
        Detector("ADWIN", watching(lambda strictness: drift.ADWIN(delta=1.0 / strictness)), 1.5, 1e8),
        Detector("DDM", watching(lambda strictness: binary.DDM(drift_threshold=strictness)), 1.0, 12.0),
        Detector("HDDM_A", watching(lambda strictness: binary.HDDMA(drift_confidence=1.0 / strictness)), 1.5, 1e12),
        Detector("HDDM_W", watching(lambda strictness: binary.HDDMW(drift_confidence=1.0 / strictness)), 1.5, 1e12),
        Detector("PageHinkley", watching(lambda strictness: drift.PageHinkley(threshold=strictness, mode="up")), 1.0, 2000.0),
        Detector("KSWIN", watching(lambda strictness: drift.KSWIN(alpha=1.0 / strictness, seed=0)), 1.5, 1e12, slow_share),
    ]
    chosen = [detector for detector in detectors if slow_share or detector.name != "KSWIN"]
    print(json.dumps({"version": version("river"), "records": judged(chosen, Streams.read(folder))}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.05)
