"""Curves as plain numbers, thinned to what an eye can see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from luthier.core.seeds import numpy_rng
from luthier.evaluate.answers import Booleans, Floats, Integers
from luthier.evaluate.intervals import Interval, wilson_interval
from luthier.evaluate.probability_metrics import confidence_bins
from luthier.evaluate.ranking_metrics import precision_recall_area, roc_area
from luthier.evaluate.records import AbstractRecord

MOST_POINTS = 200
_RELIABILITY_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve(AbstractRecord):
    """A curve of one class against the rest."""

    name: str
    "The class."
    x: tuple[float, ...]
    "False positive rate of a ROC curve; recall of a precision-recall curve."
    y: tuple[float, ...]
    "True positive rate of a ROC curve; precision of a precision-recall curve."
    area: float
    "ROC AUC, or average precision, from all points."


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin(AbstractRecord):
    """Rows whose probability was about the same: what was said and what came."""

    said: float
    "Mean probability."
    came: Interval
    "Share of the rows in which it came true."
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals(AbstractRecord):
    """Truth beside prediction for a sample of rows, and the errors of all rows."""

    truth: tuple[float, ...]
    prediction: tuple[float, ...]
    histogram_edges: tuple[float, ...]
    "Edges of the bins of truth minus prediction; the outer ones reach to the farthest error."
    histogram_counts: tuple[int, ...]
    bias: float
    "Mean of truth minus prediction."


def roc_points(scores: ArrayLike, is_positive: ArrayLike, *, name: str) -> Curve:
    """True positive rate over false positive rate, from the highest score down."""
    positives, negatives = _steps(scores, is_positive)
    found, false = np.append(0.0, np.cumsum(positives)), np.append(0.0, np.cumsum(negatives))
    x, y = _thin(false / max(false[-1], 1.0), found / max(found[-1], 1.0))
    return Curve(name=name, x=x, y=y, area=float(roc_area(positives[:, None], negatives[:, None])[0]))


def pr_points(scores: ArrayLike, is_positive: ArrayLike, *, name: str) -> Curve:
    """Precision over recall, from the highest score down."""
    positives, negatives = _steps(scores, is_positive)
    found, answered = np.cumsum(positives), np.cumsum(positives + negatives)
    x, y = _thin(found / max(found[-1], 1.0), found / answered)
    return Curve(name=name, x=x, y=y, area=float(precision_recall_area(positives[:, None], negatives[:, None])[0]))


def reliability_points(probabilities: ArrayLike, truth: ArrayLike) -> tuple[ReliabilityBin, ...]:
    """Said against came, in ten bins: of class 1 where there are two, of the most probable class where there are more."""
    table, classes = np.asarray(probabilities, dtype=np.float64), np.asarray(truth, dtype=np.int64)
    said = table[:, 1] if table.shape[1] == 2 else table.max(axis=1)
    came = classes == (1 if table.shape[1] == 2 else table.argmax(axis=1))
    bins = confidence_bins(said, _RELIABILITY_BINS)
    return tuple(_reliability_bin(said[bins == number], came[bins == number]) for number in np.unique(bins))


def residual_points(prediction: ArrayLike, truth: ArrayLike, *, seed: int = 0) -> Residuals:
    """A random sample of rows in order of the prediction, and a histogram of all errors."""
    predicted, values = np.asarray(prediction, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    chosen: Integers = numpy_rng(seed, "residuals").permutation(len(values))[:MOST_POINTS]
    chosen = chosen[np.argsort(predicted[chosen], kind="stable")]
    errors = values - predicted
    edges = np.histogram_bin_edges(errors, bins=min(40, max(5, int(np.sqrt(len(errors))))), range=_central_range(errors))
    counts, _ = np.histogram(np.clip(errors, edges[0], edges[-1]), bins=edges)
    edges[0], edges[-1] = min(edges[0], errors.min()), max(edges[-1], errors.max())
    return Residuals(
        truth=tuple(values[chosen].tolist()),
        prediction=tuple(predicted[chosen].tolist()),
        histogram_edges=tuple(edges.tolist()),
        histogram_counts=tuple(counts.tolist()),
        bias=float(errors.mean()),
    )


def _central_range(errors: Floats) -> tuple[float, float]:
    """All but the farthest hundredth of the errors, so that one outlier does not make a histogram of one bar."""
    low, high = np.quantile(errors, (0.005, 0.995))
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(high) + 0.5)


def _reliability_bin(said: Floats, came: Booleans) -> ReliabilityBin:
    return ReliabilityBin(said=float(said.mean()), came=wilson_interval(int(came.sum()), len(came)), rows=len(came))


def _steps(scores: ArrayLike, is_positive: ArrayLike) -> tuple[Floats, Floats]:
    """Rows of the class and of the rest at each distinct score, from the highest down."""
    levels, step = np.unique(-np.asarray(scores, dtype=np.float64), return_inverse=True)
    inside = np.asarray(is_positive, dtype=bool)
    return np.bincount(step[inside], minlength=len(levels)).astype(np.float64), np.bincount(step[~inside], minlength=len(levels)).astype(np.float64)


def _thin(x: Floats, y: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """At most 200 points, evenly spaced along the drawn line, both ends kept."""
    if len(x) > MOST_POINTS:
        length = np.append(0.0, np.cumsum(np.hypot(np.diff(x), np.diff(y))))
        kept = np.unique(np.searchsorted(length, np.linspace(0.0, length[-1], MOST_POINTS - 1), side="left").clip(0, len(x) - 1))
        kept = np.union1d(kept, (0, len(x) - 1))
        x, y = x[kept], y[kept]
    return tuple(x.tolist()), tuple(y.tolist())
