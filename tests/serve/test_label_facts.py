from __future__ import annotations

from datetime import UTC, datetime

import pytest

from luthier.core.errors import RequestRefused
from luthier.serve.label_facts import LabelFact, require_number


def test_a_time_without_a_zone_is_utc() -> None:
    fact = LabelFact(prediction_id="a", label="1", observed_at=datetime(2026, 11, 23))

    assert fact.observed == datetime(2026, 11, 23, tzinfo=UTC)


def test_a_label_for_no_prediction_is_refused() -> None:
    with pytest.raises(RequestRefused) as refused:
        LabelFact(prediction_id="", label="1")

    assert str(refused.value) == "A label needs a prediction id of 1 to 200 printable characters, but '' came. Give the one from the answer."


def test_a_label_that_is_a_book_is_refused() -> None:
    with pytest.raises(RequestRefused, match=r"^A label may have 1,000 characters, but 1,001 came. Shorten it.$"):
        LabelFact(prediction_id="a", label="x" * 1001)


@pytest.mark.parametrize("label", ["tall", "nan", "inf", True], ids=repr)
def test_a_regression_takes_only_numbers_as_labels(label: str | bool) -> None:
    fact = LabelFact(prediction_id="a", label=label)

    with pytest.raises(RequestRefused, match=r"^A label of 'weight' must be a number, but '(tall|nan|inf|true)' came for 'a'. Correct it.$"):
        require_number(fact, "weight")


def test_a_regression_takes_numbers_in_any_form() -> None:
    for label in (3, 2.5, "1e3", "-4"):
        require_number(LabelFact(prediction_id="a", label=label), "weight")
