"""Splits: sealed test rows first, then folds inside the rest. Equal rows are always on one side.

stratified   classification: every class in its share
random       regression
grouped      whole groups (`schema.group`), classes as even as whole groups allow
time         the latest rows are sealed; folds learn from the past and are judged on what follows (`schema.time`)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Int64

from luthier.core.errors import ColumnUnusable, SettingInvalid, TooFewRows
from luthier.core.findings import Event
from luthier.core.seeds import numpy_rng
from luthier.data.absent_classes import absent_classes
from luthier.data.clusters import equal_rows, join_clusters
from luthier.data.dataset import Dataset
from luthier.data.dealing import deal

FEWEST_ROWS = 10
"Different rows below which no split is honest."
FEWEST_GROUPS = 3
"One sealed, and one on each side of a fold."
FIRST_WINDOW = 0.5
"Share of the rows before the sealed ones that the first fold in time learns from."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fold:
    """What one network learns from and what it is judged on: row numbers of the table."""

    train: Int64[np.ndarray, " train"]
    validation: Int64[np.ndarray, " validation"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Which rows are for what: row numbers of the table, ascending."""

    train: Int64[np.ndarray, " train"]
    "All rows that are not sealed."
    test: Int64[np.ndarray, " test"]
    "The sealed rows: opened once, after the last choice."
    folds: tuple[Fold, ...]
    "Parts of `train`. In time, the first window is never judged on."
    kind: str
    "`stratified`, `random`, `grouped` or `time`; `given` where the source had set rows apart itself."
    events: tuple[Event, ...] = ()
    "What had to give way."

    def within_training(self, folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """The first folds as (train, validation) places among the training rows."""
        return [(np.searchsorted(self.train, fold.train), np.searchsorted(self.train, fold.validation)) for fold in self.folds[:folds]]


def split_rows(dataset: Dataset, *, folds: int = 5, seed: int = 0, test_share: float = 0.2, seal_last: int | None = None) -> Split:
    """Seal the test rows and make the folds; the same for the same rows, settings and seed.

    Args:
        seal_last: so many rows at the end are sealed, whatever `test_share` says; None draws them.

    Raises:
        TooFewRows: where no honest split exists.
    """
    if folds < 2:
        raise SettingInvalid(f"folds must be 2 or more, but {folds} came.")
    if not 0 < test_share <= 0.5:
        raise SettingInvalid(f"test_share must be more than 0 and at most 0.5, but {test_share} came.")
    if dataset.schema.time and dataset.schema.group:
        raise SettingInvalid("A split keeps either the order of time or whole groups, but both were asked for. Give --time or --group.")
    if dataset.schema.time:
        return _split_by_time(dataset, folds, test_share)
    clusters, events = _clusters(dataset)
    if seal_last is not None:
        return _split_given(dataset, clusters, events, folds=folds, seed=seed, seal_last=seal_last)
    goals = _test_goals(dataset, clusters, _classes(dataset), test_share)
    sealed = deal(clusters, _classes(dataset), goals, rng=numpy_rng(seed, "test")) == 0
    parts, fewer = _dealt_folds(dataset, clusters, np.flatnonzero(~sealed), folds, seed)
    kind = "grouped" if dataset.schema.group else "stratified" if dataset.task.kind.is_classification else "random"
    return _checked(dataset, Split(train=np.flatnonzero(~sealed), test=np.flatnonzero(sealed), folds=parts, kind=kind, events=(*events, *fewer)))


def _split_given(dataset: Dataset, clusters: np.ndarray, events: tuple[Event, ...], *, folds: int, seed: int, seal_last: int) -> Split:
    """The last rows sealed; rows that equal one of them, or are of its group, teach nothing."""
    rows = len(dataset.target)
    if not 2 <= seal_last <= rows - FEWEST_ROWS:
        raise SettingInvalid(f"The sealed rows must be at least 2 and leave {FEWEST_ROWS} to learn from, but {seal_last} of {rows} came. Change --seal-last.")
    test = np.arange(rows - seal_last, rows)
    train = np.flatnonzero(~np.isin(clusters[: rows - seal_last], clusters[test]))
    left = len(np.unique(clusters[train])) if dataset.schema.group is None else len(train)
    if left < FEWEST_ROWS:
        raise TooFewRows(
            f"At least {FEWEST_ROWS} different rows must be left to learn from, but {left} are: the others equal a sealed one, or are of its group. "
            "Change --seal-last."
        )
    parts, fewer = _dealt_folds(dataset, clusters, train, folds, seed)
    left_out = rows - seal_last - len(train)
    what = f"{left_out:,} training rows equal a sealed one, or are of its group: no network learns from them."
    copies = (Event(name="sealed-duplicates", what=what),) if left_out else ()
    return _checked(dataset, Split(train=train, test=test, folds=parts, kind="given", events=(*events, *copies, *fewer)))


def _dealt_folds(dataset: Dataset, clusters: np.ndarray, train: np.ndarray, folds: int, seed: int) -> tuple[tuple[Fold, ...], tuple[Event, ...]]:
    """Folds of the training rows with even classes, clusters kept whole."""
    classes = _classes(dataset)
    there = np.unique(clusters[train], return_inverse=True)[1]
    whole = int(there.max()) + 1
    most = whole if dataset.schema.group else whole // 2
    made = max(min(folds, most), 2)
    even = np.tile(np.bincount(classes[train], minlength=max(len(dataset.task.classes), 1)) / made, (made, 1))
    dealt = deal(there, classes[train], even, rng=numpy_rng(seed, "folds"))
    parts = tuple(Fold(train=train[dealt != k], validation=train[dealt == k]) for k in range(made))
    return parts, _fewer_folds(dataset, folds, made)


def _classes(dataset: Dataset) -> np.ndarray:
    """The class of each row; one for all of a regression."""
    return dataset.target if dataset.task.kind.is_classification else np.zeros(len(dataset.target), dtype=np.int64)


def _clusters(dataset: Dataset) -> tuple[np.ndarray, tuple[Event, ...]]:
    """Rows that stay together: equal ones, and those of one group."""
    inputs = dataset.frame.select(column.name for column in dataset.schema.inputs)
    equal = equal_rows(inputs.with_columns(pl.Series(dataset.task.target, dataset.target)))
    if dataset.schema.group is None:
        _require_rows(dataset, int(equal.max(initial=-1)) + 1)
        return equal, ()
    groups = equal_rows(dataset.frame.select(dataset.schema.group))
    _require_rows(dataset, len(groups))
    if groups.max() + 1 < FEWEST_GROUPS:
        raise TooFewRows(
            f"A split by {dataset.schema.group!r} needs at least {FEWEST_GROUPS} groups, but it has {groups.max() + 1}. "
            "Choose another column, or split without groups."
        )
    joined = join_clusters(groups, equal)
    if np.bincount(joined).max() <= max(len(joined) / 2, np.bincount(groups).max()) and joined.max() + 1 >= FEWEST_GROUPS:
        return joined, ()
    what = f"Equal rows link most groups of {dataset.schema.group!r} with each other, so only the groups were kept whole: some equal rows lie on both sides."
    return groups, (Event(name="duplicates-across-groups", what=what),)


def _require_rows(dataset: Dataset, different: int) -> None:
    rows = dataset.rows_called
    if different < FEWEST_ROWS:
        whole = "the table" if rows == "rows" else repr(dataset.name)
        raise TooFewRows(f"An honest split needs at least {FEWEST_ROWS} different {rows}, but {whole} has {different}. Bring more {rows}.")


def _test_goals(dataset: Dataset, clusters: np.ndarray, classes: np.ndarray, test_share: float) -> np.ndarray:
    """Rows of each class for the sealed side and for the rest: a class in 3 clusters or more is on both."""
    counts = np.bincount(classes, minlength=len(dataset.task.classes))
    different = np.unique(clusters * len(counts) + classes)  # each cluster once for each class in it
    clusters_of_class = np.bincount(different % len(counts), minlength=len(counts))
    for label, found in zip(dataset.task.classes, clusters_of_class, strict=False):
        if found < 2 and dataset.schema.group is None:
            raise TooFewRows(
                f"Every class needs at least 2 different {dataset.rows_called}, one to learn from and one to judge by, but class {label!r} has {found}. "
                "Bring more of them, or drop the class."
            )
    test = np.where(clusters_of_class >= 3, np.maximum(test_share * counts, 1.0), 0.0)
    return np.stack([test, counts - test])


def _split_by_time(dataset: Dataset, folds: int, test_share: float) -> Split:
    moments = _moments(dataset)
    edges = np.cumsum(np.bincount(moments))  # rows up to and including each moment
    _require_rows(dataset, len(moments))
    sealed_from = _nearest_edges(edges, [(1 - test_share) * edges[-1]])
    before = edges[edges <= sealed_from[0]] if len(sealed_from) else edges[:0]
    window = [(FIRST_WINDOW + (1 - FIRST_WINDOW) * k / folds) * sealed_from[0] for k in range(folds)] if len(before) else []
    cuts = _nearest_edges(before, window)
    if len(cuts) < 2:
        raise TooFewRows(
            f"A split in time needs at least 4 different times, spread over the rows, but {dataset.schema.time!r} has {len(edges)} in {edges[-1]} rows. "
            "Choose a finer time, or split without it."
        )
    position = edges[moments]  # a row lies before a cut where its moment ends at or before it
    parts = [
        Fold(train=np.flatnonzero(position <= low), validation=np.flatnonzero((position > low) & (position <= high)))
        for low, high in zip(cuts, [*cuts[1:], before[-1]], strict=True)
    ]
    train, test = np.flatnonzero(position <= sealed_from[0]), np.flatnonzero(position > sealed_from[0])
    events = _fewer_folds(dataset, folds, len(parts)) + _uneven_test(len(test) / len(position), test_share)
    return _checked(dataset, Split(train=train, test=test, folds=tuple(parts), kind="time", events=events))


def _moments(dataset: Dataset) -> np.ndarray:
    """The order of the rows in time from 0, ties equal."""
    values = dataset.frame[str(dataset.schema.time)]
    if values.dtype == pl.String:  # numbers that were taken for categories
        values = values.cast(pl.Float64)
    if values.null_count():
        raise ColumnUnusable(
            f"The time column {values.name!r} must have a value in every row, but {values.null_count():,} rows lack one "
            f"(first: row {values.is_null().arg_true()[0] + 1}). Fill them in or remove these rows.",
            column=values.name,
        )
    return values.rank("dense").to_numpy().astype(np.int64) - 1


def _nearest_edges(edges: np.ndarray, wanted: list[float]) -> np.ndarray:
    """For each wanted number of rows the nearest end of a moment, the last one excluded; ascending, each once."""
    inner = edges[:-1]
    return np.unique([inner[np.abs(inner - rows).argmin()] for rows in wanted]) if len(inner) else inner


def _fewer_folds(dataset: Dataset, asked: int, made: int) -> tuple[Event, ...]:
    what = f"{made} folds were made instead of {asked}: the {dataset.rows_called} do not allow more."
    return (Event(name="fewer-folds", what=what),) if made < asked else ()


def _uneven_test(share: float, asked: float) -> tuple[Event, ...]:
    what = f"{share:.0%} of the rows are sealed instead of {asked:.0%}: rows of one time stay together."
    return (Event(name="uneven-test", what=what),) if abs(share - asked) > 0.05 else ()


def _checked(dataset: Dataset, split: Split) -> Split:
    """The split, refused where a side is empty or knows one class only; classes missing on a side become events."""
    called = dataset.rows_called
    sides = {f"sealed {called}": split.test} | {f"training {called} of fold {k + 1}": fold.train for k, fold in enumerate(split.folds)}
    sides |= {f"validation {called} of fold {k + 1}": fold.validation for k, fold in enumerate(split.folds)}
    for name, rows in sides.items():
        if not len(rows):
            raise TooFewRows(
                f"Every side of a split needs {called}, but the {name} would be empty: the {called} that must stay together are too many. Bring more {called}."
            )
    if not dataset.task.kind.is_classification:
        return split
    present = {name: np.bincount(dataset.target[rows], minlength=len(dataset.task.classes)) > 0 for name, rows in sides.items()}
    for name, classes in present.items():
        if name.startswith("training") and classes.sum() < 2:
            raise TooFewRows(f"A classifier learns from at least 2 classes, but the {name} hold {classes.sum()}. Split another way, or bring more {called}.")
    return Split(train=split.train, test=split.test, folds=split.folds, kind=split.kind, events=(*split.events, *absent_classes(dataset.task.classes, present)))
