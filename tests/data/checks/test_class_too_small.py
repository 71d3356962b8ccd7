from __future__ import annotations

from tests.data.checks.tables import findings, found


def test_a_class_with_one_row_is_refused() -> None:
    (finding,) = findings("class-too-small", {"a": range(101), "ill": ["no", "yes"] * 50 + ["perhaps"]})

    assert finding.severity == "refuse"
    assert finding.evidence == "A class with one row cannot be both learned and judged: 'perhaps'."
    assert finding.remedy == "Add rows, join the class with another, or remove the row; or give --task regression if 'ill' is a number."


def test_a_class_with_few_rows_is_a_warning() -> None:
    table = {"a": range(105), "ill": ["no", "yes"] * 50 + ["perhaps"] * 5}

    assert found("class-too-small", table) == [("warn", "Some classes have fewer than 10 rows: 'perhaps' has 5.")]
