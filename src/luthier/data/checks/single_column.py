"""How much of the answer one column gives by itself."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.stats import rankdata
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from luthier.core.task import ColumnKind
from luthier.data.dataset import Dataset

_BINS = 32


def ranked_target(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Class numbers, or the ranks of numbers: a few very large amounts shall not decide."""
    target = dataset.target[rows]
    return target if dataset.task.kind.is_classification else rankdata(target)


def target_matrix(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """Shape: [rows, classes] of zeros and ones, or [rows, 1] of standardized ranks."""
    target = ranked_target(dataset, rows)
    if dataset.task.kind.is_classification:
        return np.eye(len(dataset.task.classes))[target]
    return ((target - target.mean()) / (target.std() or 1.0))[:, None]


def explained_share(codes: np.ndarray, targets: np.ndarray) -> float:
    """Share of the target's variance between groups of rows (the correlation ratio), less what chance explains.

    Args:
        codes: group of each row, 0 or more.
        targets: see `target_matrix`.
    """
    counts = np.bincount(codes)
    groups = int((counts > 0).sum())
    if groups < 2 or groups >= len(codes):
        return 0.0
    sums = np.stack([np.bincount(codes, weights=column) for column in targets.T], axis=1)
    between = float((sums**2 / np.maximum(counts, 1)[:, None]).sum() - len(codes) * (targets.mean(0) ** 2).sum())
    total = float(((targets - targets.mean(0)) ** 2).sum())
    chance = (groups - 1) / (len(codes) - 1)
    return max(0.0, (between / total - chance) / (1 - chance)) if total else 0.0


def quantile_codes(values: np.ndarray, bins: int = _BINS) -> np.ndarray:
    """The quantile bin of each value."""
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
    return np.searchsorted(edges, values, side="right")


def column_values(series: pl.Series, kind: ColumnKind) -> np.ndarray:
    """A column as numbers, a category as level numbers; a missing value is filled, for that it is missing is no value of it."""
    if kind is ColumnKind.CATEGORY:
        return (series.rank("dense").cast(pl.Int64) - 1).fill_null(0).to_numpy()
    numbers = series.cast(pl.Int64).cast(pl.Float64) if series.dtype.is_temporal() else series
    numbers = numbers.replace([float("inf"), float("-inf")], None)
    middle = numbers.median()
    return numbers.fill_null(0.0 if middle is None else float(middle)).to_numpy()  # type: ignore[arg-type]


def rough_share(values: np.ndarray, kind: ColumnKind, targets: np.ndarray) -> float:
    """`explained_share` of one column: quick, for choosing which columns deserve a closer look."""
    return explained_share(values if kind is ColumnKind.CATEGORY else quantile_codes(values), targets)


def held_out_skill(values: np.ndarray, kind: ColumnKind, target: np.ndarray, *, classify: bool) -> float:
    """Share of a constant guess's error that disappears when one half of the rows is predicted from the other by this column alone.

    The error is that of the most frequent class, or the squared error. A category answers by its levels, a number by a tree.
    """
    half = len(target) // 2
    error = constant = 0.0
    for train, test in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        predicted = (
            _by_level(values[train], target[train], values[test], classify)
            if kind is ColumnKind.CATEGORY
            else _by_tree(values[train], target[train], values[test], classify)
        )
        error += _error(predicted, target[test], classify)
        constant += _error(np.full(len(target[test]), _center(target[train], classify)), target[test], classify)
    return max(0.0, 1 - error / constant) if constant else 0.0


def _error(predicted: np.ndarray, truth: np.ndarray, classify: bool) -> float:
    return float((predicted != truth).sum() if classify else ((predicted - truth) ** 2).sum())


def _by_tree(values: np.ndarray, target: np.ndarray, asked: np.ndarray, classify: bool) -> np.ndarray:
    tree = DecisionTreeClassifier(max_depth=8, min_samples_leaf=2, random_state=0) if classify else DecisionTreeRegressor(min_samples_leaf=4, random_state=0)
    return tree.fit(values[:, None], target).predict(asked[:, None])


def _by_level(values: np.ndarray, target: np.ndarray, asked: np.ndarray, classify: bool) -> np.ndarray:
    levels = int(max(values.max(), asked.max())) + 1
    counts = np.bincount(values, minlength=levels)
    if classify:
        table = np.bincount(values * (target.max() + 1) + target, minlength=levels * (target.max() + 1)).reshape(levels, -1)
        answers = np.where(counts > 0, table.argmax(1), _center(target, classify))
    else:
        answers = np.where(counts > 0, np.bincount(values, weights=target, minlength=levels) / np.maximum(counts, 1), _center(target, classify))
    return answers[asked]


def _center(target: np.ndarray, classify: bool) -> float:
    return float(np.bincount(target).argmax() if classify else target.mean())
