"""Joint rows: all columns of both windows as one matrix of comparable numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from luthier.monitor.features import Feature

_LEAST_LEVEL_SHARE, _MOST_LEVELS = 0.02, 10
"Levels of a category that get a column of their own: those of at least this share of the rows, the most frequent ones."


@dataclass(frozen=True, slots=True, kw_only=True)
class JointRows:
    """The rows of both windows, those of the reference first."""

    values: np.ndarray
    "[rows, columns], each column of mean 0 and deviation 1 over both windows; missing is 0."
    names: tuple[str, ...]
    "The column of the table that each is made of."
    rows_then: int


def joint_rows(features: Sequence[Feature], then: np.ndarray, now: np.ndarray) -> JointRows:
    """Numbers by their normal scores, so that no outlier rules; categories as one column a level, together as heavy as one number.

    All is made of both windows poured together, so that it means the same under every permutation.

    Args:
        then: numbers of the reference's rows that take part.
        now: those of the current rows.
    """
    columns, names = [], []
    for feature in features:
        values = np.concatenate([feature.then[then], feature.now[now]])
        for column in _numbers(values) if feature.levels is None else _indicators(values, len(feature.levels)):
            columns.append(column)
            names.append(feature.subject)
    matrix = np.stack(columns, axis=1) if columns else np.zeros((len(then) + len(now), 0))
    return JointRows(values=matrix, names=tuple(names), rows_then=len(then))


def _numbers(values: np.ndarray) -> Iterator[np.ndarray]:
    present = ~np.isnan(values)
    scores = np.zeros(len(values))
    if present.any():
        scores[present] = ndtri((rankdata(values[present]) - 0.5) / present.sum())
        scores[present] -= scores[present].mean()
    if scores.any():
        yield scores / scores.std()


def _indicators(values: np.ndarray, levels: int) -> Iterator[np.ndarray]:
    counts = np.bincount(values[~np.isnan(values)].astype(np.int64), minlength=levels)
    frequent = [int(level) for level in np.argsort(-counts, kind="stable")[:_MOST_LEVELS] if _LEAST_LEVEL_SHARE <= counts[level] / len(values) < 1.0]
    for level in frequent[1:] if len(frequent) == 2 else frequent:
        hits = (values == level).astype(float)
        yield (hits - hits.mean()) / (hits.std() * np.sqrt(max(len(frequent) - 1, 1)))
