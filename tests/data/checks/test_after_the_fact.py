from __future__ import annotations

import numpy as np

from tests.data.checks.tables import ROWS, findings, found, honest

TABLE = honest()
ILL = np.asarray(TABLE["ill"]) == "yes"
NAME = "after-the-fact-missingness"


def test_a_column_that_is_filled_in_only_for_one_class_is_refused() -> None:
    days = np.where(ILL, np.arange(ROWS) * 1.0, np.nan)

    (finding,) = findings(NAME, {**TABLE, "days_in_hospital": days})

    assert (finding.severity, finding.columns) == ("refuse", ("days_in_hospital",))
    assert finding.evidence == "Column 'days_in_hospital' is missing where the target is the class 'no': the correlation is 1.000 (all 1,000 rows)."
    assert finding.remedy == "Is it filled in only after the answer is known? Then leave it out: --kind days_in_hospital=identifier."


def test_one_class_among_several_is_found() -> None:
    classes = np.arange(ROWS) % 3
    note = [f"reason {row % 5}" if label == 2 else None for row, label in enumerate(classes)]

    ((severity, evidence),) = found(NAME, {"a": np.random.default_rng(0).normal(size=ROWS), "note": note, "ill": classes.astype(str)})

    assert severity == "refuse"
    assert evidence == "Column 'note' is missing where the target is every class but '2': the correlation is 1.000 (all 1,000 rows)."


def test_values_that_are_missing_more_often_in_one_class_are_honest() -> None:
    rng = np.random.default_rng(9)
    sometimes = np.where(rng.random(ROWS) < np.where(ILL, 0.8, 0.3), np.nan, 1.0 + rng.random(ROWS))

    assert found(NAME, {**TABLE, "sometimes": sometimes}) == []
