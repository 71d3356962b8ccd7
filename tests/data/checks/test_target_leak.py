from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.data.checks.tables import ROWS, findings, found, honest

TABLE = honest()
ILL = np.asarray(TABLE["ill"]) == "yes"
RNG = np.random.default_rng(1)
LEAKS: dict[str, Any] = {
    "copy": ILL.astype(float),
    "words": np.where(ILL, "treated", "sent home"),
    "threshold": RNG.random(ROWS) + ILL,
    "one error in 500": np.where(np.arange(ROWS) % 500 == 0, ~ILL, ILL).astype(float),
    "codes": np.where(ILL, RNG.integers(0, 5, ROWS), RNG.integers(5, 10, ROWS)).astype(str),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_column_that_holds_the_answer_is_refused(leak: str) -> None:
    (finding,) = findings("target-leak", {**TABLE, "leak": LEAKS[leak]})

    assert (finding.severity, finding.columns) == ("refuse", ("leak",))


def test_two_copies_of_the_answer_do_not_excuse_each_other() -> None:
    more = {f"noise_{number}": RNG.normal(size=ROWS) for number in range(4)}

    (finding,) = findings("target-leak", {**TABLE, **more, "leak": ILL * 1.0, "again": ILL * 2.0})

    assert (finding.severity, set(finding.columns)) == ("refuse", {"leak", "again"})


def test_a_number_that_holds_the_answer_is_refused() -> None:
    price = RNG.lognormal(size=ROWS)
    table = {"area": price * RNG.lognormal(size=ROWS), "price_in_cents": price * 100, "price": price}

    (finding,) = findings("target-leak", table, target="price")

    assert finding.severity == "refuse"
    assert finding.remedy == "Is it known before the answer is? If not, leave it out: --kind price_in_cents=identifier."


def test_an_honest_strong_test_is_not_refused() -> None:
    good = RNG.normal(size=ROWS) + 3.5 * ILL
    very_good = np.where(RNG.random(ROWS) < 0.01, ~ILL, ILL) * 1.0

    assert found("target-leak", TABLE) == []
    assert found("target-leak", {**TABLE, "good": good}) == []
    assert [severity for severity, _ in found("target-leak", {**TABLE, "very_good": very_good})] == ["warn"]


def test_an_easy_table_is_not_taken_for_a_leaking_one() -> None:
    easy = {f"view_{number}": ILL + RNG.normal(scale=0.05, size=ROWS) for number in range(4)}

    assert [severity for severity, _ in found("target-leak", {**easy, "ill": TABLE["ill"]})] == ["warn"]


def test_a_category_that_differs_in_every_row_gives_nothing_away() -> None:
    many = RNG.permutation(ROWS // 2).repeat(2).astype(str)

    assert found("target-leak", {**TABLE, "ward": many}, kinds={"ward": "category"}) == []


def test_the_evidence_names_the_numbers_and_the_sample() -> None:
    large = honest(12_000)
    leak = (np.asarray(large["ill"]) == "yes") * 1.0

    ((_, evidence),) = found("target-leak", {**large, "leak": leak})

    assert evidence.startswith("Column 'leak' alone takes 100% off the error of a constant guess, and the best other column takes ")
    assert evidence.endswith("(held-out halves of 10,000 of 12,000 rows).")
