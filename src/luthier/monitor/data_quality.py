"""Data quality: cells that are missing, unseen, out of range or unreadable, more than chance would have it.

A single odd cell proves nothing: among the rows of both windows together, the rarest level and the largest number have to lie somewhere. All four
tests ask how often rows dealt at random to the two windows would look like this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from luthier.monitor.alerts import DATA_QUALITY
from luthier.monitor.dependence import Inflation, Order
from luthier.monitor.evidence import Evidence, Undecided
from luthier.monitor.features import Feature
from luthier.monitor.sample import Unreadable
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.two_sample import share_p_value

MISSING, UNSEEN, RANGE, UNREADABLE = "missing", "unseen", "range", "unreadable"
_MOST_EXAMPLES = 5


def inspect_feature(feature: Feature, order: Order, settings: MonitorSettings) -> Iterator[Undecided]:
    """Test one column for missing cells, and for unseen categories or numbers out of range; dates go on by nature."""
    gaps = np.isnan(feature.then), np.isnan(feature.now)
    if gaps[0].any() or gaps[1].any():
        yield _missing(feature, gaps, order, settings)
    then, now = feature.present
    if len(then) and len(now) and feature.levels is not None:
        yield _unseen(feature, then, now, order, settings)
    elif len(then) and len(now) and feature.of != "dates":
        yield _out_of_range(feature, then, now, order, settings)


def inspect_unreadable(column: str, then: Unreadable | None, now: Unreadable | None, rows: tuple[int, int], settings: MonitorSettings) -> Undecided:
    """Test one column for cells that its kind does not allow.

    Args:
        rows: of both whole samples.
    """
    hits = then.rows if then else 0, now.rows if now else 0
    seen = _Seen(
        aspect=UNREADABLE,
        p_value=share_p_value(hits[0], rows[0], hits[1], rows[1]),
        effect=abs(hits[1] / rows[1] - hits[0] / rows[0]),
        detail=f"{hits[1]:,} of {rows[1]:,} cells cannot be read as what the column holds; it was {hits[0]:,} of {rows[0]:,} then",
        examples=(f"{now.first!r} in row {now.first_row:,}",) if now else (),
    )
    return Undecided(evidence=seen.evidence(f"Column {column!r}", column, rows, rows, settings.smallest_odd_share), scores=lambda: np.zeros(0))


def above_all_p_value(beyond: int, rows_then: float, rows_now: float) -> float:
    """Chance that the so many largest of all rows are all current ones.

    Example:
        >>> [round(above_all_p_value(count, 900, 100), 6) for count in (1, 2, 3)]
        [0.1, 0.00991, 0.000973]
    """
    ways = gammaln(rows_now + 1) - gammaln(rows_now - beyond + 1) - gammaln(rows_then + rows_now + 1) + gammaln(rows_then + rows_now - beyond + 1)
    return math.exp(ways) if 0 < beyond <= rows_now else 1.0


def unseen_p_value(counts: np.ndarray, only_now: np.ndarray, rows_then: float, rows_now: float) -> float:
    """Bound on the chance of so many rows whose level no row of the reference has.

    A level of c rows misses the reference with a chance that the hypergeometric law gives; rows dealt at random make these events negatively
    associated, so that Chernoff's bound holds for the sum of the rows concerned (Joag-Dev and Proschan 1983).

    Args:
        counts: rows of each level in both windows.
        only_now: whether a level is in the current window only.
    """
    rows = float(counts[only_now].sum())
    if not rows:
        return 1.0
    counts = counts[counts > 0]
    held = np.minimum(counts, rows_now)
    total = rows_then + rows_now
    chance = np.exp(gammaln(rows_now + 1) - gammaln(rows_now - held + 1) - gammaln(total + 1) + gammaln(total - held + 1))
    chance = np.where(counts <= rows_now, chance, 0.0)
    if rows <= float((counts * chance).sum()):
        return 1.0

    def bound(tilt: float) -> float:
        exponent = tilt * counts
        return float(np.where(chance > 0, np.logaddexp(np.log1p(-chance), np.log(np.maximum(chance, 1e-300)) + exponent), 0.0).sum() - tilt * rows)

    return float(min(1.0, math.exp(minimize_scalar(bound, bounds=(0.0, 50.0), method="bounded").fun)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    aspect: str
    p_value: float
    effect: float
    detail: str
    examples: tuple[str, ...] = ()

    def evidence(self, name: str, subject: str, rows: tuple[int, int], worth: tuple[float, float], smallest: float) -> Evidence:
        return Evidence(
            kind=DATA_QUALITY,
            aspect=self.aspect,
            name=name,
            subject=subject,
            p_value=self.p_value,
            effect=self.effect,
            smallest=smallest,
            unit="share of rows",
            detail=self.detail,
            rows_then=rows[0],
            rows_now=rows[1],
            worth_then=worth[0],
            worth_now=worth[1],
            examples=self.examples,
        )


def _missing(feature: Feature, gaps: tuple[np.ndarray, np.ndarray], order: Order, settings: MonitorSettings) -> Undecided:
    inflation = order.inflation(gaps[0].astype(float), gaps[1].astype(float))
    hits, rows = (int(gaps[0].sum()), int(gaps[1].sum())), (len(gaps[0]), len(gaps[1]))
    worth, shares = inflation.effective(*rows), (float(gaps[0].mean()), float(gaps[1].mean()))
    seen = _Seen(
        aspect=MISSING,
        p_value=share_p_value(hits[0] / inflation.then, worth[0], hits[1] / inflation.now, worth[1]),
        effect=abs(shares[1] - shares[0]),
        detail=f"{100 * shares[1]:.3g} % of the cells are missing; it was {100 * shares[0]:.3g} % then",
    )
    return Undecided(evidence=seen.evidence(feature.name, feature.subject, rows, worth, settings.smallest_share), scores=lambda: gaps[1] - shares[0])


def _unseen(feature: Feature, then: np.ndarray, now: np.ndarray, order: Order, settings: MonitorSettings) -> Undecided:
    assert feature.levels is not None
    rows = len(then), len(now)
    worth = order.inflation(feature.then, feature.now).effective(*rows)
    before, after = (np.bincount(side.astype(np.int64), minlength=len(feature.levels)) for side in (then, now))
    new = (before == 0) & (after > 0)
    strange, hits = int(after[new].sum()), np.isin(feature.now, np.flatnonzero(new))
    seen = _Seen(
        aspect=UNSEEN,
        p_value=unseen_p_value((before + after) * (sum(worth) / sum(rows)), new, *worth),
        effect=strange / rows[1],
        detail=f"{strange:,} of {rows[1]:,} rows hold categories that the reference does not have, {int(new.sum()):,} in all",
        examples=tuple(repr(feature.levels[level]) for level in np.argsort(-after * new, kind="stable")[: min(int(new.sum()), _MOST_EXAMPLES)]),
    )
    return Undecided(evidence=seen.evidence(feature.name, feature.subject, rows, worth, settings.smallest_odd_share), scores=lambda: hits.astype(float))


def _out_of_range(feature: Feature, then: np.ndarray, now: np.ndarray, order: Order, settings: MonitorSettings) -> Undecided:
    rows, (least, largest) = (len(then), len(now)), (float(then.min()), float(then.max()))
    margin = settings.range_margin * (largest - least)
    below, above = feature.now < least - margin, feature.now > largest + margin
    hits = below | above
    inflation = order.inflation(feature.then, feature.now) if hits.any() else Inflation()
    worth = inflation.effective(*rows)
    beyond = [math.floor(side.sum() / inflation.now) for side in (below, above)]
    seen = _Seen(
        aspect=RANGE,
        p_value=min(1.0, 2.0 * min(above_all_p_value(count, *worth) for count in beyond)),
        effect=float(hits.mean()),
        detail=f"{int(hits.sum()):,} of {rows[1]:,} values lie outside the reference's range of {least:.6g} to {largest:.6g} "
        f"by more than {100 * settings.range_margin:g} % of it",
        examples=tuple(f"{value:.6g}" for value in dict.fromkeys(feature.now[hits].tolist()))[:_MOST_EXAMPLES],
    )
    return Undecided(evidence=seen.evidence(feature.name, feature.subject, rows, worth, settings.smallest_odd_share), scores=lambda: hits.astype(float))
