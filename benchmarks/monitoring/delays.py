"""Delays: rows until a risen error rate is noticed, everyone tuned to the same rate of false alarms on the same unchanged streams."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.monitoring.answers.calibrating import Detector, Streams, false_alarm_rate, judged
from benchmarks.monitoring.asked_peers import ANSWERS
from luthier.core.seeds import numpy_rng
from luthier.monitor import Adwin, detect_rise

GOOD_RATE, CHANGED_RATES = 0.10, (0.13, 0.20)
GOOD_ROWS, CHANGED_ROWS = 2_000, 5_000
LOSS_DETECTOR = "Luthier's loss detector"
Record = dict[str, Any]


def make_streams(*, streams: int, rows: int, alarms_in_10_000: float) -> Streams:
    """Right and wrong answers.

    Args:
        streams: of each kind.
        rows: that each unchanged stream is watched for.
    """
    rng = numpy_rng(0, "delays")

    def dealt(rate: float, length: int) -> np.ndarray:
        return np.concatenate([rng.random((streams, GOOD_ROWS)) < GOOD_RATE, rng.random((streams, length)) < rate], axis=1).astype(np.uint8)

    changed = {f"{rate:.2f}": dealt(rate, CHANGED_ROWS) for rate in CHANGED_RATES}
    return Streams(dealt(GOOD_RATE, rows), changed, GOOD_ROWS, alarms_in_10_000 / 10_000)


def our_detectors() -> list[Detector]:
    """Luthier's two."""
    return [Detector(LOSS_DETECTOR, _first_rise, 1e3, 1e9), Detector("Luthier's Adwin", _first_cut, 1.5, 1e8)]


def stated_rate(streams: Streams) -> Record:
    """The loss detector's rate of false alarms beside the one that it is told, without any tuning."""
    detector = our_detectors()[0]
    return {"detector": LOSS_DETECTOR, "stated": streams.rate, "measured": false_alarm_rate(detector, 1 / streams.rate, streams.unchanged, GOOD_ROWS)}


def run_delays(streams: Streams, river: Path | None, *, slow_share: float, keep: Callable[[Record], None]) -> list[Record]:
    """Ours here, river's in its own environment."""
    records = judged(our_detectors(), streams)
    if river is not None:
        records += river_records(streams, river, slow_share)
    for record in records:
        keep(record)
    return records


def river_records(streams: Streams, python: Path, slow_share: float) -> list[Record]:
    """What river's detectors do on these streams."""
    with tempfile.TemporaryDirectory() as folder:
        streams.write(Path(folder))
        apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(python), str(ANSWERS / "river_delays.py"), folder, str(slow_share)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=apart).stdout)
    return [{**record, "detector": f"river {told['version']}: {record['detector']}"} for record in told["records"]]


def show_delays(records: Sequence[Record], streams: Streams, stated: Record) -> None:
    """Print the median delays and how many changes were missed."""
    rows = streams.unchanged.shape[1] - GOOD_ROWS
    title = (
        f"error rate {GOOD_RATE:.2f} that rises; at most {1e4 * streams.rate:g} false alarms in 10,000 rows, tuned on {len(streams.unchanged)} × {rows:,} rows"
    )
    table = Table("detector", "its false alarms in 10,000", "tuned on rows", title=title)
    for name in streams.changed:
        table.add_column(f"to {name}: median delay")
        table.add_column(f"missed in {CHANGED_ROWS:,}")
    for record in records:
        cells = [cell for name in streams.changed for cell in _delay_cells(record["delays"][name])]
        doubt = "" if record["rate"] <= streams.rate else " (could not be tuned)"
        table.add_row(record["detector"], f"{1e4 * record['rate']:.2f}{doubt}", f"{record['tuned_on_rows']:,}", *cells)
    Console(width=180).print(table)
    print(f"{LOSS_DETECTOR} told to raise {1e4 * stated['stated']:g} false alarms in 10,000 rows raised {1e4 * stated['measured']:.2f}")
    for name in streams.changed:
        _judge(records, streams.rate, name)


def _judge(records: Sequence[Record], allowed: float, change: str) -> None:
    peers = [record for record in records if record["detector"].startswith("river") and record["rate"] <= allowed]
    ours = next(record for record in records if record["detector"] == LOSS_DETECTOR)
    if peers:
        best = min(peers, key=lambda record: _median(record["delays"][change]))
        mine, theirs = _median(ours["delays"][change]), _median(best["delays"][change])
        print(f"{'reached' if mine <= theirs else 'NOT reached'}: to {change}: {mine:,.0f} rows, the best of the others ({best['detector']}) {theirs:,.0f}")


def _delay_cells(delays: Sequence[int | None]) -> tuple[str, str]:
    middle, missed = _median(delays), sum(delay is None for delay in delays) / len(delays)
    return f"{middle:,.0f}" if np.isfinite(middle) else "never", f"{missed:.0%}"


def _median(delays: Sequence[int | None]) -> float:
    return float(median(float("inf") if delay is None else delay for delay in delays))


def _first_rise(strictness: float, stream: np.ndarray, good_rows: int) -> int | None:
    losses = stream.astype(np.float64)
    rise = detect_rise(losses[good_rows:], reference=losses[:good_rows], rows_per_false_alarm=strictness)
    return None if rise is None else rise.noticed_row


def _first_cut(strictness: float, stream: np.ndarray, good_rows: int) -> int | None:
    watch = Adwin(delta=1.0 / strictness)
    for row, value in enumerate(stream.tolist()):
        if watch.update(value) and row >= good_rows:
            return row - good_rows
    return None
