"""Univariate drift: one column or one answer, then against now."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from luthier.monitor.alerts import DRIFT
from luthier.monitor.dependence import Inflation, Order
from luthier.monitor.effects import shift_in_sigmas, total_variation
from luthier.monitor.evidence import Evidence, Undecided
from luthier.monitor.features import Feature
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.two_sample import distance, numbers_p_value, shares_p_value

FEWEST_ROWS = 20
"Present values of each side without which a column is not compared."
PROBABILITY_SIGMA = 0.1
"Probabilities of a rare class differ in the fifth digit: their changes are counted against no less than this."


def compare_feature(feature: Feature, order: Order, settings: MonitorSettings) -> Undecided | None:
    """Test one feature; None where a side has too few values or both hold one and the same value only."""
    then, now = feature.present
    if min(len(then), len(now)) < FEWEST_ROWS or (then.min() == then.max() == now.min() == now.max()):
        return None
    inflation = order.inflation(feature.then, feature.now)
    return _numbers(feature, then, now, inflation, settings) if feature.levels is None else _levels(feature, then, now, inflation, settings)


def _numbers(feature: Feature, then: np.ndarray, now: np.ndarray, inflation: Inflation, settings: MonitorSettings) -> Undecided:
    apart, worth = distance(then, now), inflation.effective(len(then), len(now))
    before, after = (_shown(float(np.median(side)), feature.of) for side in (then, now))
    evidence = Evidence(
        kind=DRIFT,
        aspect=feature.role.value,
        name=feature.name,
        subject=feature.subject,
        p_value=numbers_p_value(apart, rows=(len(then), len(now)), effective=worth),
        effect=shift_in_sigmas(then, now, least_sigma=PROBABILITY_SIGMA if feature.of == "probabilities" else 0.0),
        smallest=settings.smallest_shift,
        unit="sigma",
        detail=f"median {before} then, {after} now",
        rows_then=len(then),
        rows_now=len(now),
        worth_then=worth[0],
        worth_now=worth[1],
    )
    return Undecided(evidence=evidence, scores=lambda: _scores(feature.now, feature.now <= apart.place, float((then <= apart.place).mean())))


def _levels(feature: Feature, then: np.ndarray, now: np.ndarray, inflation: Inflation, settings: MonitorSettings) -> Undecided:
    assert feature.levels is not None
    counts = [np.bincount(side.astype(np.int64), minlength=len(feature.levels)) for side in (then, now)]
    shares, worth = [side / side.sum() for side in counts], inflation.effective(len(then), len(now))
    most = int(np.argmax(np.abs(shares[1] - shares[0])))
    risen = np.flatnonzero(shares[1] > shares[0])
    evidence = Evidence(
        kind=DRIFT,
        aspect=feature.role.value,
        name=feature.name,
        subject=feature.subject,
        p_value=shares_p_value(counts[0], counts[1], effective=worth),
        effect=total_variation(counts[0], counts[1]),
        smallest=settings.smallest_share,
        unit="share of rows",
        detail=f"{feature.levels[most]!r} was {100 * shares[0][most]:.3g} % of the rows then, is {100 * shares[1][most]:.3g} % now",
        rows_then=len(then),
        rows_now=len(now),
        worth_then=worth[0],
        worth_now=worth[1],
    )
    return Undecided(evidence=evidence, scores=lambda: _scores(feature.now, np.isin(feature.now, risen), float(shares[0][risen].sum())))


def _scores(values: np.ndarray, hits: np.ndarray, share: float) -> np.ndarray:
    return np.where(np.isnan(values), 0.0, hits - share)


def _shown(value: float, of: str) -> str:
    if of == "dates":
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e9 else f"{value:.4g}"
