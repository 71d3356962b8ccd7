"""Dealing: whole clusters of rows are dealt into bins of given sizes, each class in its share."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int64


def deal(
    clusters: Int64[np.ndarray, " rows"],
    classes: Int64[np.ndarray, " rows"],
    goals: Float[np.ndarray, "bins classes"],
    *,
    rng: np.random.Generator,
) -> Int64[np.ndarray, " rows"]:
    """The bin of every row, rows of one cluster in one bin.

    Clusters with rows of several classes come first, the largest before the smaller, each to the bin that lacks most of
    what it holds; then those of one class, where all of one size and class are dealt at once by the rows still lacking.

    Args:
        clusters: numbers without a gap from 0.
        goals: rows of each class that each bin should get; its sum over bins is the count of the class.
    """
    order = np.argsort(clusters, kind="stable")
    sizes = np.bincount(clusters)
    starts = np.cumsum(sizes) - sizes
    lowest, highest = np.minimum.reduceat(classes[order], starts), np.maximum.reduceat(classes[order], starts)
    lacking = goals.astype(np.float64)
    bins = np.empty(len(sizes), dtype=np.int64)

    mixed = rng.permutation(np.flatnonzero(lowest != highest))
    for cluster in mixed[np.argsort(-sizes[mixed], kind="stable")]:
        rows = order[starts[cluster] : starts[cluster] + sizes[cluster]]
        content = np.bincount(classes[rows], minlength=goals.shape[1])
        bins[cluster] = np.argmax(lacking @ (content / np.maximum(goals.sum(axis=0), 1)))
        lacking[bins[cluster]] -= content

    pure = rng.permutation(np.flatnonzero(lowest == highest))
    for alike in _runs_of_equals(pure, -sizes[pure], lowest[pure]):
        size, of_class = sizes[alike[0]], lowest[alike[0]]
        shares = _shares(lacking[:, of_class], len(alike), rng)
        bins[alike] = np.repeat(np.arange(len(goals)), shares)
        lacking[:, of_class] -= shares * size
    return bins[clusters]


def _runs_of_equals(values: np.ndarray, first_key: np.ndarray, second_key: np.ndarray) -> list[np.ndarray]:
    order = np.lexsort((second_key, first_key))
    changes = (np.diff(first_key[order]) != 0) | (np.diff(second_key[order]) != 0)
    return np.split(values[order], np.flatnonzero(changes) + 1) if len(values) else []


def _shares(lacking: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`count` whole things by largest remainder; ties fall at random, so that no bin is always first."""
    wish = np.maximum(lacking, 0.0)
    wish = wish / wish.sum() * count if wish.sum() > 0 else np.full(len(lacking), count / len(lacking))
    shares = np.floor(wish + 1e-9)
    largest_rest = np.argsort(shares - wish + 1e-9 * rng.random(len(wish)), kind="stable")
    shares[largest_rest[: count - int(shares.sum())]] += 1
    return shares.astype(np.int64)
