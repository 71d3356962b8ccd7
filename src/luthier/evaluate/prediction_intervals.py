"""Conformal intervals: a range around each predicted number that holds the truth with a stated probability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from luthier.evaluate.answers import Answers, Floats
from luthier.evaluate.intervals import Interval, wilson_interval
from luthier.evaluate.prediction_sets import conformal_quantile, require_coverage
from luthier.evaluate.records import AbstractRecord
from luthier.evaluate.regression_metrics import pinball_losses

_MOST_BINS = 10
_ROWS_A_BIN = 100  # keeps the coverage within a bin to about ± 6 points (one row in a hundred is ± 1 point of the quantile)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRule(AbstractRecord):
    """Half a width for each range of predicted values, so that rows that are hard to predict get wider intervals."""

    coverage: float
    "Probability with which an interval holds the truth."
    edges: tuple[float, ...]
    "Predicted values that separate the ranges, rising; a value on an edge belongs to the range above it."
    half_widths: tuple[float, ...]
    "One more than edges, in the unit of the target."

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> IntervalRule:
        """The rule that `to_json` wrote."""
        return cls(coverage=float(record["coverage"]), edges=tuple(record["edges"]), half_widths=tuple(record["half_widths"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalCoverage(AbstractRecord):
    """How often prediction intervals held the truth, measured on rows that did not fit them."""

    target: float
    "The coverage that was asked for."
    coverage: Interval
    "Share of the rows whose truth was inside."
    mean_width: float
    "From the lower to the upper end, on average, in the unit of the target."
    pinball_lower: float
    "Mean pinball loss of the lower ends at their own quantile; smaller is better."
    pinball_upper: float
    "The same for the upper ends."


def fit_interval_rule(prediction: ArrayLike, truth: ArrayLike, *, coverage: float = 0.9) -> IntervalRule:
    """Half widths by range of the predicted value, from rows that did not train the network.

    A range too small for the coverage takes its largest error.

    Source: Vovk, Gammerman, Shafer 2005 (Mondrian conformal prediction); Boström and Johansson 2020 bin by the prediction.
    """
    require_coverage(coverage)
    predicted = np.asarray(prediction, dtype=np.float64)
    errors = np.abs(np.asarray(truth, dtype=np.float64) - predicted)
    edges = _equal_count_edges(predicted)
    bins = np.searchsorted(edges, predicted, side="right")
    half_widths = [min(conformal_quantile(errors[bins == number], coverage), float(errors[bins == number].max())) for number in range(len(edges) + 1)]
    return IntervalRule(coverage=coverage, edges=tuple(edges.tolist()), half_widths=tuple(half_widths))


def apply_interval_rule(prediction: ArrayLike, rule: IntervalRule) -> tuple[Floats, Floats]:
    """Lower and upper end for each predicted number.

    Example:
        >>> rule = IntervalRule(coverage=0.9, edges=(10.0,), half_widths=(1.0, 5.0))
        >>> [end.tolist() for end in apply_interval_rule([3.0, 10.0], rule)]
        [[2.0, 5.0], [4.0, 15.0]]
    """
    predicted = np.asarray(prediction, dtype=np.float64)
    half = np.asarray(rule.half_widths)[np.searchsorted(np.asarray(rule.edges), predicted, side="right")]
    return predicted - half, predicted + half


def measure_intervals(lower: Floats, upper: Floats, truth: ArrayLike, *, target: float = 0.9) -> IntervalCoverage:
    """The coverage that intervals really had, and how wide they were."""
    values = np.asarray(truth, dtype=np.float64)
    inside, tail = (lower <= values) & (values <= upper), (1.0 - target) / 2.0
    return IntervalCoverage(
        target=target,
        coverage=wilson_interval(int(inside.sum()), len(values)),
        mean_width=float((upper - lower).mean()),
        pinball_lower=_mean_pinball(values, lower, tail),
        pinball_upper=_mean_pinball(values, upper, 1.0 - tail),
    )


def _mean_pinball(truth: Floats, end: Floats, quantile: float) -> float:
    return float(pinball_losses(quantile)(Answers(truth, end)).mean())


def _equal_count_edges(predicted: Floats) -> Floats:
    """Edges of ranges with equally many rows; an edge that would leave a range without rows is not drawn."""
    bins = max(1, min(_MOST_BINS, len(predicted) // _ROWS_A_BIN))
    edges = np.unique(np.quantile(predicted, np.arange(1, bins) / bins, method="higher"))
    separating: Floats = edges[edges > predicted.min()]
    return separating
