"""Free text as numbers: hashed words and word pairs, reduced to a few topics.

A text is cut into words (`WORD`), ASCII letters are lower-cased, and each word and each pair of
neighbors falls into one of `BUCKETS` buckets by its MurmurHash3. The share of a bucket in the text, under a square root,
is its weight, so every text has length 1. A truncated singular value decomposition, fitted on training rows, turns the
buckets into `TOPICS` numbers (latent semantic analysis: Deerwester et al. 1990; hashing: Weinberger et al. 2009).

Not covered: word endings, languages that write no spaces between words, case of letters beyond ASCII.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from jaxtyping import Float, Float32, Int
from scipy.linalg import eigh
from scipy.sparse import coo_array, csr_array
from sklearn.utils import murmurhash3_32
from threadpoolctl import threadpool_limits

WORD = r"[0-9A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1FFF}\x{2070}-\x{2FFF}\x{3040}-\x{FEFF}\x{FF10}-\x{10FFFF}]+"
"""What a word is: a run of ASCII letters and digits and of everything beyond Latin-1's signs that is no general, Chinese
or Japanese punctuation. Ranges instead of Unicode classes: Polars and onnxruntime follow different versions of Unicode."""
BUCKETS = 1024
TOPICS = 24
PAIR_FACTOR = 31
"A pair of neighbors with hashes a, b has the hash 31·a + b."
CHUNK_ROWS = 65_536


def word_hashes(texts: pl.Series) -> tuple[Int[np.ndarray, " words"], Int[np.ndarray, " words"]]:
    """The row and the 32-bit hash of every word, in reading order; each different word is hashed once."""
    found = texts.fill_null("").str.extract_all(WORD)
    lengths = found.list.len().to_numpy()
    words = found.filter(pl.Series(lengths > 0)).explode()
    different = words.unique()
    hashes = pl.Series([murmurhash3_32(word.encode().lower(), seed=0, positive=True) for word in different], dtype=pl.Int64)
    hashed = words.replace_strict(different, hashes, return_dtype=pl.Int64) if len(words) else hashes
    return np.repeat(np.arange(len(texts)), lengths), hashed.to_numpy()


def bucket_weights(texts: pl.Series) -> csr_array:
    """The weight of each bucket in each text, [rows, buckets]: the square root of its share of words and pairs."""
    rows, hashes = word_hashes(texts)
    together = rows[:-1] == rows[1:]
    pairs = (PAIR_FACTOR * hashes[:-1] + hashes[1:])[together] // BUCKETS
    row = np.concatenate([rows, rows[:-1][together]])
    bucket = np.concatenate([hashes, pairs]) % BUCKETS
    counts = coo_array((np.ones(len(row)), (row, bucket)), shape=(len(texts), BUCKETS)).tocsr()
    totals = np.bincount(row, minlength=len(texts))
    counts.data = np.sqrt(counts.data / np.repeat(totals, np.diff(counts.indptr)))
    return counts


def fit_topics(texts: pl.Series) -> Float32[np.ndarray, "buckets topics"]:
    """The directions that explain most of these texts; a direction that they do not fill is zero."""
    gram = np.zeros((BUCKETS, BUCKETS))
    for start in range(0, len(texts), CHUNK_ROWS):
        weights = bucket_weights(texts.slice(start, CHUNK_ROWS))
        gram += (weights.T @ weights).toarray()
    used = np.flatnonzero(gram.diagonal())
    count = min(len(used), TOPICS)
    directions = np.zeros((BUCKETS, TOPICS), dtype=np.float32)
    if count:
        with threadpool_limits(1, user_api="blas"):  # 0.2 s; with more threads than free cores 10 s, and other last digits
            energies, found = eigh(gram[np.ix_(used, used)], subset_by_index=(len(used) - count, len(used) - 1))
        found = found * np.sign(found[np.abs(found).argmax(axis=0), np.arange(count)]) * (energies > 1e-9 * energies[-1])
        directions[used, :count] = found[:, ::-1]
    return directions


def text_topics(texts: pl.Series, directions: Float32[np.ndarray, "buckets topics"]) -> Float[np.ndarray, "rows topics"]:
    """Where each text lies along each topic."""
    chunks = [bucket_weights(texts.slice(start, CHUNK_ROWS)) for start in range(0, len(texts), CHUNK_ROWS)]
    return np.concatenate([np.zeros((0, directions.shape[1])), *(weights @ directions.astype(np.float64) for weights in chunks)])
