"""Region: where the reference has rows. What was learned there says nothing of rows outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Booleans, Floats
from luthier.evaluate.intervals import Interval, wilson_interval
from luthier.monitor.effects import robust_sigma
from luthier.monitor.features import Feature, Role

_MOST_ROWS = 2_000
"Rows of each side whose neighbors are looked for."
_MOST_LEVELS = 50
"Categories of a column that count as coordinates, the first ones of more."
_USUAL = 0.99
"Share of the reference's own rows that have a neighbor as near as `radius`."
_FARTHEST = 8.0
"Robust standard deviations at which a coordinate ends, so that one wild cell is not the whole distance."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How many current rows lie where the reference has none."""

    share: Interval
    "Of the rows that were looked at: unseen category, number out of range, or no neighbor as near as usual."
    strange_cells: int
    "Rows with an unseen category or a number out of range."
    far: int
    "Other rows without a neighbor as near as 99 % of the reference's rows have one."
    rows: int
    "Current rows that were looked at."
    expected: float
    "Share that unchanged rows would have: the reference's own."


def rows_outside(features: Sequence[Feature], *, margin: float, seed: int = 0) -> Outside | None:
    """Count the current rows outside the region of the reference; None where there are no inputs to compare.

    Args:
        features: inputs of reference and current window; answers among them are passed over.
        margin: how far beyond the reference's range a number counts as out of range, as a share of that range.
    """
    inputs = [feature for feature in features if feature.role is not Role.PREDICTION and len(feature.then) and len(feature.now)]
    if not inputs:
        return None
    rng = numpy_rng(seed, "region")
    then, now = (np.sort(rng.permutation(len(side))[:_MOST_ROWS]) for side in (inputs[0].then, inputs[0].now))
    strange = np.any([_strange(feature, now, margin) for feature in inputs], axis=0)
    coordinates = [_coordinates(feature, then, now) for feature in inputs]
    there, here = (np.concatenate([pair[side] for pair in coordinates], axis=1) for side in (0, 1))
    own = _nearest(there, there, itself=True)
    far = (_nearest(here, there, itself=False) > np.quantile(own, _USUAL)) & ~strange
    hits = int(strange.sum() + far.sum())
    return Outside(share=wilson_interval(hits, len(now)), strange_cells=int(strange.sum()), far=int(far.sum()), rows=len(now), expected=1.0 - _USUAL)


def _strange(feature: Feature, rows: np.ndarray, margin: float) -> Booleans:
    """Which rows hold a category or a number that the reference does not know."""
    values, known = feature.now[rows], feature.then[~np.isnan(feature.then)]
    present = ~np.isnan(values)
    if not len(known):
        return present
    if feature.levels is not None:
        return present & ~np.isin(values, np.unique(known))
    slack = margin * (known.max() - known.min())
    with np.errstate(invalid="ignore"):
        return present & ((values < known.min() - slack) | (values > known.max() + slack))


def _coordinates(feature: Feature, then: np.ndarray, now: np.ndarray) -> tuple[Floats, Floats]:
    """A feature as coordinates in which 1 is a usual distance: numbers in robust sigmas, categories as corners, missing cells apart."""
    known = feature.then[~np.isnan(feature.then)]
    there, here = feature.then[then], feature.now[now]
    if feature.levels is not None:
        return _corners(there, len(feature.levels)), _corners(here, len(feature.levels))
    if not len(known):
        return np.isnan(there)[:, None].astype(np.float64), np.isnan(here)[:, None].astype(np.float64)
    center, sigma = float(np.median(known)), robust_sigma(known)
    return _scaled(there, center, sigma), _scaled(here, center, sigma)


def _corners(places: Floats, levels: int) -> Floats:
    return (places[:, None] == np.arange(min(levels, _MOST_LEVELS))) * np.sqrt(0.5)


def _scaled(numbers: Floats, center: float, sigma: float) -> Floats:
    places = np.clip(np.nan_to_num((numbers - center) / sigma), -_FARTHEST, _FARTHEST)
    return np.stack([places, np.isnan(numbers)], axis=1).astype(np.float64)


def _nearest(points: Floats, others: Floats, *, itself: bool) -> Floats:
    """Squared distance of each point to the nearest other one."""
    distances = np.square(points).sum(axis=1)[:, None] + np.square(others).sum(axis=1)[None] - 2.0 * points @ others.T
    if itself:
        np.fill_diagonal(distances, np.inf)
    nearest: Floats = np.maximum(distances.min(axis=1), 0.0)
    return nearest
