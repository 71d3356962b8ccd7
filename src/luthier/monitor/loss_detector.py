"""Loss detector: since when do answers cost more? All places at which a change might have begun are weighed at once, beside the rows of the reference.

The score of a place is the logarithm of the likelihood ratio of a higher mean after it (of Poisson shape, with the dispersion of the losses: it fits
right and wrong answers, log-losses and errors alike), plus the logarithm of the rows that tell it, so that short stretches, of which there are many,
do not use up the false alarms of long ones (L. Duembgen and V. G. Spokoiny 2001, Multiscale Testing of Qualitative Hypotheses).

On error rates of 0.10 that became 0.13 or 0.20, with 2,000 unchanged rows before them, the median delay was 1,030 rows (9 % missed within 6,000) and
142 rows at 0.28 false alarms in 10,000 rows (150 streams). Of the detectors of river 0.26.1, tuned to the same rate on the same streams, the best was ADWIN:
1,200 rows (14 % missed) and 144 at 0.29; its Page-Hinkley test needed 1,570 and 319 at 0.31. Stated one false alarm in 10,000 rows, 0.8 to 1.4 came for seven
shapes of losses; stated one in 100,000, 0.4 to 2 (3.4 for lognormal errors): the tail is measured on the reference and not known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from luthier.core.errors import SettingInvalid
from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Floats, Integers
from luthier.evaluate.records import AbstractRecord

FEWEST_ROWS = 30
"Rows before and after a place without which it is not weighed."
_LAG_RATIO = 1.25
_USUAL_RATE = 4.0  # false alarms a row times exp(threshold): the usual value where there is no reference to measure it on
_STREAMS, _STREAM_ROWS = 20, 4_000
_TAIL = 0.75  # false alarms fall more slowly than exp(-threshold): by this power of it, as simulated for seven shapes of losses
_LARGEST = 0.995  # quantile of the reference's losses that one row counts at most: a single outlier is no change


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRise(AbstractRecord):
    """Where losses most look as if they had risen."""

    row: int
    "The first row after the change; 0 where the reference ended before it."
    noticed_row: int | None
    "The row at which the score passed its threshold; None where it never did."
    before: float
    "Mean loss before the change, the reference included."
    after: float
    score: float
    threshold: float

    @property
    def is_found(self) -> bool:
        """True where the rise is more than the stated rate of false alarms explains."""
        return self.noticed_row is not None


def detect_rise(
    losses: np.ndarray, *, reference: np.ndarray | None = None, rows_per_false_alarm: float = 100_000.0, block_rows: int = 1, seed: int = 0
) -> LossRise | None:
    """Look for the place from which on losses are higher; None where there are too few rows, or nothing rises anywhere.

    Args:
        losses: of the rows in the order of time; not negative.
        reference: losses of rows of the time when all was well.
        rows_per_false_alarm: of unchanged rows, on average. The threshold is found on streams dealt from the reference's own losses.
        block_rows: rows in a row that are dealt together, where neighbors depend on each other.

    Example:
        >>> losses = np.r_[np.tile([0.0, 0.0, 0.0, 1.0], 100), np.tile([0.0, 1.0], 100)]
        >>> rise = detect_rise(losses)
        >>> rise.is_found, abs(rise.row - 400) < 10
        (True, True)
    """
    past = np.empty(0) if reference is None else np.asarray(reference, dtype=np.float64)
    stream = np.concatenate([past, np.asarray(losses, dtype=np.float64)])
    _require_losses(stream)
    well = past if len(past) >= FEWEST_ROWS else stream
    if len(stream) < max(2 * FEWEST_ROWS, len(past) + 1) or not _dispersion(well) > 0.0:
        return None
    kept = np.minimum(stream, np.quantile(well, _LARGEST) or well.max())
    scores, lags = _scan(kept, len(past), _dispersion(kept[: len(well)]))
    best = int(np.argmax(scores))
    if not np.isfinite(scores[best]):
        return None
    threshold = _threshold(kept[: len(past)], rows_per_false_alarm, block_rows, seed)
    beyond = np.flatnonzero(scores > threshold)
    begin, end = len(past) + best + 1 - int(lags[best]), len(past) + best + 1
    return LossRise(
        row=max(begin - len(past), 0),
        noticed_row=int(beyond[0]) if len(beyond) else None,
        before=float(stream[:begin].mean()),
        after=float(stream[begin:end].mean()),
        score=float(scores[best]),
        threshold=threshold,
    )


def _scan(stream: Floats, first: int, dispersion: float) -> tuple[Floats, Integers]:
    """The best score after each row from `first` on, and how many rows back its place lies."""
    sums = np.concatenate([[0.0], np.cumsum(stream)])
    ends = np.arange(first + 1, len(stream) + 1)
    scores, lags = np.full(len(ends), -np.inf), np.zeros(len(ends), dtype=np.int64)
    for lag in _lags(len(stream) - FEWEST_ROWS):
        skipped = max(lag + FEWEST_ROWS - first - 1, 0)
        found = _score(sums, ends[skipped:], lag, dispersion)
        better = found > scores[skipped:]
        scores[skipped:][better] = found[better]
        lags[skipped:][better] = lag
    return scores, lags


def _score(sums: Floats, ends: Integers, lag: int, dispersion: float) -> Floats:
    begins = ends - lag
    old, new = sums[begins], sums[ends] - sums[begins]
    mean = sums[ends] / ends
    gain = (_times_log(old, mean * begins) + _times_log(new, mean * lag)) / dispersion
    score = gain + np.log(begins * (lag / ends))
    return np.where(new * begins > old * lag, score, -np.inf)


def _times_log(seen: Floats, expected: Floats) -> Floats:
    """What each side of the ratio's logarithm weighs: seen × log(seen / expected), 0 of nothing."""
    ratio = np.divide(seen, expected, out=np.ones_like(seen), where=(seen > 0.0) & (expected > 0.0))
    logs: Floats = seen * np.log(ratio)
    return logs


def _lags(most: int) -> list[int]:
    lags, lag = [], float(FEWEST_ROWS)
    while lag <= most:
        lags.append(int(lag))
        lag *= _LAG_RATIO
    return lags


def _dispersion(losses: Floats) -> float:
    mean = float(losses.mean()) if len(losses) else 0.0
    return float(losses.var()) / mean if mean > 0.0 else 0.0


def _require_losses(losses: Floats) -> None:
    if len(losses) and not (losses.min() >= 0.0 and np.isfinite(losses.max())):
        raise SettingInvalid(f"Losses must be finite and not negative, but they reach from {losses.min():g} to {losses.max():g}. Leave unknown ones out.")


def _threshold(past: Floats, rows_per_false_alarm: float, block_rows: int, seed: int) -> float:
    rate = _false_alarm_rate(past, block_rows, seed) or _USUAL_RATE
    return math.log(rate * _STREAM_ROWS) + math.log(rows_per_false_alarm / _STREAM_ROWS) / _TAIL


def _false_alarm_rate(past: Floats, block_rows: int, seed: int) -> float:
    """False alarms a row, times exp(threshold), on streams dealt from the losses of the reference: where the largest scores of streams come to lie."""
    if len(past) < 10 * FEWEST_ROWS:
        return 0.0
    rng, length = numpy_rng(seed, "loss-detector"), len(past) + _STREAM_ROWS
    tails = []
    for _ in range(_STREAMS):
        starts = rng.integers(0, len(past), size=-(-length // block_rows))
        stream = past[((starts[:, None] + np.arange(block_rows)) % len(past)).ravel()[:length]]
        scores, _ = _scan(stream, len(past), max(_dispersion(stream[: len(past)]), 1e-300))
        tails.append(math.exp(-float(scores.max())))
    return 1.0 / (_STREAM_ROWS * float(np.mean(tails)))
