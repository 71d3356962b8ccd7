from __future__ import annotations

import numpy as np

from tests.data.checks.tables import found

NUMBERS = np.random.default_rng(0).normal(size=400)


def test_few_integers_taken_for_classes_are_a_warning() -> None:
    ((severity, evidence),) = found("target-is-code", {"a": NUMBERS, "grade": 3 + np.arange(400) % 7}, target="grade")

    assert severity == "warn"
    assert evidence == "The target 'grade' holds 7 different integers from 3 to 9; each is taken for a class, without an order."


def test_integers_named_like_codes_that_are_taken_for_amounts_are_a_warning() -> None:
    ((severity, evidence),) = found("target-is-code", {"a": NUMBERS, "zip_code": np.arange(400) % 100}, target="zip_code")

    assert severity == "warn"
    assert evidence == "The target 'zip_code' holds 100 different integers; they are taken for amounts."


def test_what_was_stated_or_is_plain_is_not_questioned() -> None:
    assert found("target-is-code", {"a": NUMBERS, "grade": np.arange(400) % 7}, target="grade", task="regression") == []
    assert found("target-is-code", {"a": NUMBERS, "bikers": np.arange(400)}, target="bikers") == []
    assert found("target-is-code", {"a": NUMBERS, "ill": np.arange(400) % 2}) == []
