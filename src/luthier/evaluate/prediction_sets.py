"""Conformal sets: instead of one class, the classes that hold the truth with a stated probability."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from luthier.core.errors import SettingInvalid
from luthier.evaluate.answers import Booleans, Floats
from luthier.evaluate.intervals import Interval, wilson_interval
from luthier.evaluate.records import AbstractRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCoverage(AbstractRecord):
    """How often prediction sets held the truth, measured on rows that did not fit them."""

    target: float
    "The coverage that was asked for."
    coverage: Interval
    "Share of the rows whose true class was in the set."
    mean_size: float
    "Classes in a set, on average."
    single_share: float
    "Share of the rows with one class in the set."
    coverage_by_class: tuple[Interval, ...]
    "The same for the rows of each class: only the overall coverage is promised."


def conformal_quantile(scores: Floats, coverage: float) -> float:
    """The score that a new row stays at or below with the stated probability; infinite where there are too few rows to say.

    Source: Vovk, Gammerman, Shafer 2005 (split conformal prediction).

    Example:
        >>> conformal_quantile(np.arange(1.0, 10.0), 0.9)
        9.0
    """
    position = math.ceil(round((len(scores) + 1) * coverage, 9))
    if position > len(scores):
        return math.inf
    return float(np.partition(scores, position - 1)[position - 1])


def fit_set_threshold(probabilities: ArrayLike, truth: ArrayLike, *, coverage: float = 0.9) -> float:
    """The probability from which on a class belongs to the set, from rows that did not train the network.

    Source: the score of Sadinle, Lei, Wasserman 2019 (least ambiguous sets): one minus the probability of the true class.
    """
    require_coverage(coverage)
    table, classes = np.asarray(probabilities, dtype=np.float64), np.asarray(truth, dtype=np.int64)
    needed = conformal_quantile(-table[np.arange(len(classes)), classes], coverage)
    return max(-needed, 0.0)


def prediction_sets(probabilities: ArrayLike, threshold: float) -> Booleans:
    """Which classes are in each row's set, [rows, classes]; the most probable one always is.

    Example:
        >>> prediction_sets([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]], 0.55).tolist()
        [[True, False, False], [False, True, False]]
    """
    table = np.asarray(probabilities, dtype=np.float64)
    sets: Booleans = table >= threshold
    sets[np.arange(len(table)), table.argmax(axis=1)] = True
    return sets


def measure_sets(sets: Booleans, truth: ArrayLike, *, target: float = 0.9) -> SetCoverage:
    """The coverage that sets really had, and how large they were."""
    classes = np.asarray(truth, dtype=np.int64)
    covered, sizes = sets[np.arange(len(classes)), classes], sets.sum(axis=1)
    return SetCoverage(
        target=target,
        coverage=wilson_interval(int(covered.sum()), len(covered)),
        mean_size=float(sizes.mean()),
        single_share=float((sizes == 1).mean()),
        coverage_by_class=tuple(wilson_interval(int(covered[classes == number].sum()), int((classes == number).sum())) for number in range(sets.shape[1])),
    )


def require_coverage(coverage: float) -> None:
    """Refuse what is not a probability strictly between 0 and 1."""
    if not 0 < coverage < 1:
        raise SettingInvalid(f"coverage must be between 0 and 1, but {coverage!r} came.")
