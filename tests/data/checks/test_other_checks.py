"""The checks that count: each says what it saw, and is silent where there is nothing to see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from luthier.data import CHECKS, build_dataset
from tests.data.checks.tables import ROWS, found, honest

TABLE = honest()
RARE = ["yes"] * 5 + ["no"] * 995
CASES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "infinite": ("non-finite-number", {"noise": np.r_[np.inf, -np.inf, np.zeros(998)]}, "refuse",
        "Inputs must be finite numbers, but these columns hold infinite ones: 'noise' (2)."),
    "duplicates": ("duplicate-rows", {name: [*values[:-2], *values[:2]] for name, values in TABLE.items()}, "note",
        "2 of 1,000 rows (0.2%) repeat an earlier row in every column."),
    "many duplicates": ("duplicate-rows", {name: [*values[:900], *values[:100]] for name, values in TABLE.items()}, "warn",
        "100 of 1,000 rows (10.0%) repeat an earlier row in every column."),
    "identifiers": ("identifier-column", {"id": range(ROWS)}, "note", "Columns that name rows were left out: 'id'."),
    "row number": ("identifier-column", {"n": range(ROWS)}, "warn", "Columns that number the rows in their order are inputs: 'n'."),
    "constant": ("constant-column", {"site": ["x"] * ROWS}, "note", "Columns that hold one value in every row were left out: 'site'."),
    "all missing": ("all-missing-column", {"site": [None] * ROWS}, "warn", "Columns without any value say nothing: 'site'."),
    "imbalance": ("class-imbalance", {"ill": RARE}, "warn", "The class 'yes' has 0.50% of the rows, while 'no' has 99.5%."),
    "many categories": ("many-categories", {"ward": [f"w{row % 600}" for row in range(ROWS)]}, "warn",
        "Column 'ward' has 600 different values in 1,000 rows; rare ones, and those beyond the 1,000 most frequent, count as unknown."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_check_says_what_it_saw(case: str) -> None:
    check, columns, severity, evidence = CASES[case]

    assert found(check, {**TABLE, **columns}) == [(severity, evidence)]


def test_few_rows_are_a_warning() -> None:
    wide = {f"c{column}": np.random.default_rng(column).normal(size=100) for column in range(101)}

    assert found("few-rows", {**wide, "ill": ["no", "yes"] * 50}) == [
        ("warn", "The table has 100 rows with a target, so the sealed test holds about 20."),
        ("warn", "The table has more inputs (101) than rows (100), so some fit the target by chance."),
    ]


@pytest.mark.parametrize("check", CHECKS)
def test_an_honest_table_has_no_findings(check: str) -> None:
    assert found(check, TABLE) == []


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_changes_nothing_and_repeats_itself(check: str) -> None:
    dataset = build_dataset({**TABLE, "id": range(ROWS), "site": [None] * ROWS}, target="ill")
    frame, target = dataset.frame.clone(), dataset.target.copy()

    first, second = list(CHECKS[check](dataset)), list(CHECKS[check](dataset))

    assert first == second
    assert dataset.frame.equals(frame)
    np.testing.assert_array_equal(dataset.target, target)


@pytest.mark.parametrize("check", CHECKS)
def test_a_regression_without_anything_wrong_has_no_findings(check: str) -> None:
    table = {name: values for name, values in TABLE.items() if name != "ill"}

    assert found(check, {**table, "price": np.random.default_rng(0).normal(size=ROWS) + TABLE["noise"]}, target="price") == []
