"""Splits of images: near duplicates stay on one side, and test rows that the source sets apart stay what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from jaxtyping import Bool, Int64

from luthier.core.errors import SettingInvalid, TooFewRows
from luthier.core.findings import Event
from luthier.core.seeds import numpy_rng
from luthier.core.task import Column, ColumnKind, Schema
from luthier.data.absent_classes import absent_classes
from luthier.data.clusters import equal_rows, join_clusters
from luthier.data.dealing import deal
from luthier.data.images.image_set import ImageSet
from luthier.data.splits import FEWEST_GROUPS, FEWEST_ROWS, Fold, Split, split_rows

_ROW, _CLUSTER = "image", "images that belong together"


def split_images(images: ImageSet, *, folds: int = 5, seed: int = 0, test_share: float = 0.2) -> Split:
    """Seal the test rows, unless the source did so, and make the folds; the same for the same images, settings and seed.

    The kind of the split is `stratified`, `random`, `grouped`, or `given` where the source sets its test rows apart. In a given split,
    training images that nearly equal a sealed one, or are of its group, are left out of the training: they are in no part of the split.

    Raises:
        TooFewRows: where no honest split exists.
    """
    clusters = joined_clusters(images)
    if images.sealed is None:
        return _sealed_here(images, clusters, folds, seed, test_share)
    if folds < 2:
        raise SettingInvalid(f"folds must be 2 or more, but {folds} came.")
    return _given(images, clusters, folds, seed)


def joined_clusters(images: ImageSet) -> Int64[np.ndarray, " rows"]:
    """Images that stay together: near duplicates, and those of one group."""
    group = images.dataset.schema.group
    return images.clusters if group is None else join_clusters(images.clusters, equal_rows(images.dataset.frame.select(group)))


def left_out(images: ImageSet) -> Bool[np.ndarray, " rows"]:
    """Training rows of a given split that belong to a sealed one."""
    if images.sealed is None:
        return np.zeros(images.dataset.rows, dtype=bool)
    clusters = joined_clusters(images)
    return ~images.sealed & np.isin(clusters, clusters[images.sealed])


def _sealed_here(images: ImageSet, clusters: np.ndarray, folds: int, seed: int, test_share: float) -> Split:
    """The split of a table in which every row differs and clusters are its groups."""
    dataset, different = images.dataset, len(np.unique(clusters))
    if different < FEWEST_GROUPS:
        raise TooFewRows(
            f"An honest split needs at least {FEWEST_GROUPS} images, or groups of them, that differ, but {dataset.name!r} has {different}. Bring more."
        )
    columns = (Column(name=_ROW, kind=ColumnKind.IMAGE, dtype="Int64"), Column(name=_CLUSTER, kind=ColumnKind.CATEGORY, dtype="Int64"))
    frame = pl.DataFrame({_ROW: np.arange(dataset.rows), _CLUSTER: clusters})
    split = split_rows(
        replace(dataset, frame=frame, schema=Schema(columns=columns, group=_CLUSTER)),
        folds=folds,
        seed=seed,
        test_share=test_share,
    )
    kind = "grouped" if dataset.schema.group else "stratified" if dataset.task.kind.is_classification else "random"
    return replace(split, kind=kind)


def _given(images: ImageSet, clusters: np.ndarray, folds: int, seed: int) -> Split:
    assert images.sealed is not None
    out = left_out(images)
    train, test = np.flatnonzero(~images.sealed & ~out), np.flatnonzero(images.sealed)
    there = np.unique(clusters[train], return_inverse=True)[1]
    different = int(there.max(initial=-1)) + 1
    if different < FEWEST_ROWS:
        raise TooFewRows(f"An honest split needs at least {FEWEST_ROWS} different training images, but {images.dataset.name!r} has {different}. Bring more.")
    made = min(folds, different // 2)
    dealt = deal(there, _classes(images)[train], _even(images, train, made), rng=numpy_rng(seed, "folds"))
    parts = tuple(Fold(train=train[dealt != fold], validation=train[dealt == fold]) for fold in range(made))
    split = Split(train=train, test=test, folds=parts, kind="given", events=(*_fewer_folds(folds, made), *_left_out(int(out.sum()))))
    return _checked(images, split)


def _classes(images: ImageSet) -> np.ndarray:
    target = images.dataset.target
    return target if images.dataset.task.kind.is_classification else np.zeros(len(target), dtype=np.int64)


def _even(images: ImageSet, train: np.ndarray, folds: int) -> np.ndarray:
    counts = np.bincount(_classes(images)[train], minlength=images.dataset.task.outputs)
    return np.tile(counts / folds, (folds, 1))


def _fewer_folds(asked: int, made: int) -> tuple[Event, ...]:
    return (Event(name="fewer-folds", what=f"{made} folds were made instead of {asked}: the images do not allow more."),) if made < asked else ()


def _left_out(count: int) -> tuple[Event, ...]:
    what = f"{count:,} training images nearly equal a sealed one, or are of its group: no network learns from them."
    return (Event(name="sealed-duplicates", what=what),) if count else ()


def _checked(images: ImageSet, split: Split) -> Split:
    """Refused where a side is empty or knows one class only; classes missing on a side become events."""
    sides = {"sealed images": split.test} | {f"training images of fold {k + 1}": fold.train for k, fold in enumerate(split.folds)}
    if not all(map(len, sides.values())):
        raise TooFewRows("Every side of a split needs images, but one would be empty: the images that must stay together are too many. Bring more images.")
    if not images.dataset.task.kind.is_classification:
        return split
    classes = images.dataset.task.classes
    present = {name: np.bincount(images.dataset.target[rows], minlength=len(classes)) > 0 for name, rows in sides.items()}
    for name, there in present.items():
        if name.startswith("training") and there.sum() < 2:
            raise TooFewRows(f"A classifier learns from at least 2 classes, but the {name} hold {there.sum()}. Split another way, or bring more images.")
    return replace(split, events=(*split.events, *absent_classes(classes, present)))
