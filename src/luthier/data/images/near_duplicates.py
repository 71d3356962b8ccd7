"""Near duplicates: the same picture encoded anew, resized, a little brighter. They stay on one side of every split.

Found by the nearest neighbors of each picture of edges in its first principal components, then verified on the whole picture and on the colors.
The edges, not the gray levels, are compared because pictures of one class on a flat ground agree in nearly all levels: on Fashion-MNIST
(70,000 pictures) the same radius on levels links 74,000 pairs, 6,400 of them across classes; on edges about 300, none across classes.
What is NOT found: crops, mirror images, rotations, and pictures that clipping made much brighter.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from luthier.data.images.fingerprints import Fingerprints

RADIUS = 0.2
"""Distance of two pictures of edges (each of length 1; unlike ones are about 1.4 apart) up to which they are near duplicates.
Measured on 300 emoji of 64 × 64, at the 99th percentile: JPEG of quality 40: 0.16; half the size: 0.11; contrast × 0.8: 0.02."""
COLOR_RADIUS = 16.0
"Root mean square difference of the colors, in levels, up to which they agree: red and green hearts are two pictures."
_COMPONENTS, _NEIGHBORS, _SLACK = 16, 6, 1.0
"""Neighbors looked at, the image itself included. The slack says how much farther than the true neighbors those found may be: 1.0 is twice as fast as
none, and of 1,500 changed copies put among the 70,000 pictures of Fashion-MNIST, all within the radius, 5 were missed."""
_SAMPLE = 10_000


def near_duplicate_clusters(prints: Fingerprints) -> Int64[np.ndarray, " rows"]:
    """A number for each image, from 0 without a gap, the same for images that equal or nearly equal each other, directly or through others.

    Example:
        >>> from luthier.data.images.fingerprints import take_fingerprints
        >>> noise = np.random.default_rng(0).integers(0, 255, (3, 32, 32, 1), dtype=np.uint8)
        >>> noise[2] = noise[0] // 2
        >>> near_duplicate_clusters(take_fingerprints(noise)).tolist()
        [0, 1, 0]
    """
    _, first, equal = np.unique(prints.hashes, return_index=True, return_inverse=True)
    comparable = np.flatnonzero(prints.edges[first].any(axis=1))
    one, other = _near_pairs(prints.edges[first[comparable]], prints.colors[first[comparable]])
    links = coo_array((np.ones(len(one), dtype=bool), (comparable[one], comparable[other])), shape=(len(first), len(first)))
    return _in_order_of_appearance(connected_components(links, directed=False)[1][equal])


def _near_pairs(edges: np.ndarray, colors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of verified pairs."""
    if len(edges) < 2:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    tree = cKDTree(reduced := _principal(edges), balanced_tree=False)
    nearest = tree.query(reduced, k=min(_NEIGHBORS, len(edges)), distance_upper_bound=RADIUS, eps=_SLACK, workers=-1)[1]
    one, other = np.repeat(np.arange(len(edges)), nearest.shape[1]), nearest.ravel()
    there = (other < len(edges)) & (other != one)
    one, other = one[there], other[there]
    agree = np.concatenate([_agree(edges, colors, one[part], other[part]) for part in np.array_split(np.arange(len(one)), len(one) // _SAMPLE + 1)])
    return one[agree], other[agree]


def _principal(edges: np.ndarray) -> np.ndarray:
    """The first principal components: distances in them are never longer than in the whole."""
    sample = edges[:: len(edges) // _SAMPLE + 1]
    return edges @ np.linalg.eigh(sample.T @ sample)[1][:, -_COMPONENTS:]


def _agree(edges: np.ndarray, colors: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    apart = np.linalg.norm(edges[one] - edges[other], axis=1)
    color_apart = np.sqrt(np.mean((colors[one] - colors[other]) ** 2, axis=1))
    return (apart <= RADIUS) & (color_apart <= COLOR_RADIUS)


def _in_order_of_appearance(numbers: np.ndarray) -> np.ndarray:
    _, first, inverse = np.unique(numbers, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse].astype(np.int64)
