from __future__ import annotations

import numpy as np
import pytest

from tests.data.checks.tables import ROWS, findings, found, honest

TABLE = honest()
VISITS = np.arange(ROWS) // 4


@pytest.mark.parametrize("name", ["patient_id", "patient", "customerID"])
def test_repeated_identifiers_propose_a_split_by_group(name: str) -> None:
    (finding,) = findings("group-like-column", {**TABLE, name: VISITS})

    assert (finding.severity, finding.columns) == ("warn", (name,))
    assert finding.evidence == f"Column '{name}' has 250 values that repeat, 4.0 rows each."
    assert (
        finding.remedy
        == f"If rows with one value belong together and you will predict new ones, give --group {name}: then each stays on one side of every split."
    )


def test_a_category_with_few_rows_a_level_is_a_note() -> None:
    assert [severity for severity, _ in found("group-like-column", {**TABLE, "village": [f"v{visit}" for visit in VISITS]})] == ["note"]


def test_counts_and_common_categories_are_no_groups() -> None:
    table = {**TABLE, "age": VISITS, "color": [f"c{row % 40}" for row in range(ROWS)], "patients": VISITS / 7}

    assert found("group-like-column", table) == []


def test_nothing_is_proposed_where_the_group_is_stated() -> None:
    assert found("group-like-column", {**TABLE, "patient_id": VISITS}, group="patient_id") == []
