from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from tests.data.checks.tables import ROWS, findings, found, honest

TABLE = honest()
DAYS = np.array([datetime(2020, 1, 1) + timedelta(days=day) for day in range(ROWS)])


def test_rows_in_the_order_of_a_date_propose_a_split_in_time() -> None:
    (finding,) = findings("time-like-column", {**TABLE, "day": DAYS})

    assert (finding.severity, finding.columns) == ("warn", ("day",))
    assert finding.evidence == "Column 'day' holds moments in time; the rows are in its order."
    assert finding.remedy == "If you will predict rows that come later, give --time day: then later rows judge what earlier rows taught."


def test_a_target_that_moves_with_time_is_seen_whatever_the_order_of_the_rows() -> None:
    order = np.random.default_rng(0).permutation(ROWS)
    demand = np.random.default_rng(1).normal(size=ROWS) + np.arange(ROWS) / 300

    ((severity, evidence),) = found("time-like-column", {"a": range(ROWS), "day": DAYS[order], "demand": demand[order]}, target="demand")

    assert severity == "warn"
    assert "the target moves with it" in evidence
    assert "the rows are in its order" not in evidence


def test_dates_that_nothing_follows_are_a_note() -> None:
    born = DAYS[np.random.default_rng(0).permutation(ROWS)]

    assert found("time-like-column", {**TABLE, "born": born}) == [
        ("note", "Column 'born' holds moments in time, but neither the rows nor the target follow it.")
    ]


def test_years_are_time_and_durations_are_not() -> None:
    years = 1990 + np.arange(ROWS) * 30 // ROWS

    assert [severity for severity, _ in found("time-like-column", {**TABLE, "year": years})] == ["warn"]
    assert found("time-like-column", {**TABLE, "years_of_school": np.arange(ROWS) % 12, "time": np.arange(ROWS) % 60}) == []


def test_nothing_is_proposed_where_the_time_is_stated() -> None:
    assert found("time-like-column", {**TABLE, "day": DAYS}, time="day") == []
