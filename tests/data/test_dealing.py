"""Dealing whole clusters into bins."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.data.clusters import equal_rows, join_clusters
from luthier.data.dealing import deal


def even_goals(classes: np.ndarray, bins: int) -> np.ndarray:
    return np.tile(np.bincount(classes) / bins, (bins, 1))


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=40), seed=st.integers(0, 2**32), bins=st.integers(2, 6))
def test_a_cluster_is_never_torn(sizes: list[int], seed: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    clusters = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    classes = rng.integers(0, 3, len(clusters))

    dealt = deal(clusters, classes, even_goals(classes, bins), rng=rng)

    assert all(len(set(dealt[clusters == cluster])) == 1 for cluster in range(len(sizes)))


@settings(max_examples=40, deadline=None)
@given(counts=st.lists(st.integers(1, 30), min_size=1, max_size=6), seed=st.integers(0, 2**32))
def test_single_rows_are_dealt_evenly_within_every_class(counts: list[int], seed: int) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)

    dealt = deal(np.arange(len(classes)), classes, even_goals(classes, 4), rng=np.random.default_rng(seed))

    for label in range(len(counts)):
        assert np.ptp(np.bincount(dealt[classes == label], minlength=4)) <= 1


def test_small_clusters_fill_up_what_a_large_one_left_uneven() -> None:
    clusters = np.concatenate([np.zeros(100, dtype=np.int64), np.arange(1, 901)])
    classes = np.zeros(1000, dtype=np.int64)

    dealt = deal(clusters, classes, even_goals(classes, 5), rng=np.random.default_rng(0))

    assert np.bincount(dealt).tolist() == [200, 200, 200, 200, 200]


def test_clusters_of_several_classes_even_out_the_classes() -> None:
    rng = np.random.default_rng(0)
    clusters = np.repeat(np.arange(200), 10)
    classes = (rng.random(2000) < np.repeat(rng.random(200), 10)).astype(np.int64)

    dealt = deal(clusters, classes, even_goals(classes, 5), rng=rng)

    shares = [classes[dealt == k].mean() for k in range(5)]
    assert np.ptp(np.bincount(dealt)) <= 10
    assert np.ptp(shares) < 0.03  # clusters dealt blindly: 5 means of 40 shares with deviation 0.29 range over 0.11


def test_equal_rows_are_found_through_missing_values_and_signed_zeros() -> None:
    frame = pl.DataFrame({"a": [0.0, None, -0.0, None, 0.0], "b": ["x", "x", "x", "x", None]})

    assert equal_rows(frame).tolist() == [0, 1, 0, 1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=30))
def test_joined_clusters_keep_both_together(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, dtype=np.int64).T

    joined = join_clusters(one, other)

    for clusters in (one, other):
        assert all(len(set(joined[clusters == cluster])) == 1 for cluster in set(clusters))
    assert sorted(set(joined)) == list(range(joined.max() + 1))
