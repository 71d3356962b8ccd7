"""Texts to topics."""

from __future__ import annotations

import numpy as np
import polars as pl
from sklearn.utils import murmurhash3_32

from luthier.data.text import BUCKETS, PAIR_FACTOR, TOPICS, bucket_weights, fit_topics, text_topics, word_hashes


def test_words_and_pairs_weigh_the_root_of_their_share() -> None:
    a, b = (murmurhash3_32(word, seed=0, positive=True) for word in ("red", "café"))

    weights = bucket_weights(pl.Series(["Red café, RED!"])).toarray()[0]

    expected = np.zeros(BUCKETS)
    for bucket in (a, b, a, (PAIR_FACTOR * a + b) // BUCKETS, (PAIR_FACTOR * b + a) // BUCKETS):
        expected[bucket % BUCKETS] += 1 / 5
    np.testing.assert_allclose(weights, np.sqrt(expected))


def test_words_are_letters_digits_and_signs_of_any_script_without_punctuation() -> None:
    rows, _ = word_hashes(pl.Series(["don't stop—now", "50 %, 3×4 = 12", "東京、大阪。", "naïve été 😀 👍🏽", "«Привет», мир…", "…"]))

    assert np.bincount(rows, minlength=6).tolist() == [4, 4, 2, 4, 2, 0]


def test_every_text_with_a_word_has_length_one_and_an_empty_one_none() -> None:
    weights = bucket_weights(pl.Series(["one", "two words", None, "", "?!", "x " * 500])).toarray()

    np.testing.assert_allclose(np.linalg.norm(weights, axis=1), [1, 1, 0, 0, 0, 1])


def test_topics_keep_as_much_as_the_best_directions_can() -> None:
    rng = np.random.default_rng(0)
    texts = pl.Series([" ".join(rng.choice([f"word{k}" for k in range(60)], 12)) for _ in range(200)])

    topics = text_topics(texts, fit_topics(texts))

    energies = np.linalg.svd(bucket_weights(texts).toarray(), compute_uv=False)[:TOPICS]
    np.testing.assert_allclose(np.linalg.norm(topics, axis=0), energies, rtol=1e-5)


def test_a_direction_that_the_texts_do_not_fill_is_zero() -> None:
    texts = pl.Series(["yes", "no", "yes", None])

    directions = fit_topics(texts)

    assert np.abs(directions).max(axis=0).astype(bool).sum() == 2
    assert text_topics(texts, directions).shape == (4, TOPICS)


def test_texts_without_any_word_give_zeros() -> None:
    texts = pl.Series([None, "", "..."], dtype=pl.String)

    assert not text_topics(texts, fit_topics(texts)).any()
