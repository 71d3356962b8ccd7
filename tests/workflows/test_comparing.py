"""Two tables beside each other, without a model and without a ledger."""

from __future__ import annotations

import polars as pl
import pytest

from luthier.core.errors import ColumnMissing, TooFewRows
from luthier.workflows.comparing import compare_tables
from tests.workflows.tables import make_table

THEN, NOW = make_table(400, seed=1).drop("day"), make_table(300, seed=2).drop("day")


def test_tables_of_one_population_raise_no_alarm() -> None:
    assert compare_tables(THEN, NOW).alarms == ()


def test_what_moved_is_named_whatever_the_order_of_the_columns() -> None:
    seen = compare_tables(THEN, NOW.select(reversed(NOW.columns)).with_columns(pl.col("price") + 3))

    assert "price" in [alert.subject for alert in seen.alarms]


def test_columns_may_be_left_out() -> None:
    assert compare_tables(THEN, NOW.with_columns(pl.col("price") + 3), leave_out=["price"]).alarms == ()


def test_columns_that_the_reference_lacks_are_told() -> None:
    seen = compare_tables(THEN, NOW.with_columns(ward=pl.lit("a"), bed=1))

    assert seen.notes[-1] == "The reference lacks these columns of the current table, so they were not compared: 'ward', 'bed'."


def test_a_column_that_is_gone_is_refused() -> None:
    with pytest.raises(ColumnMissing) as refusal:
        compare_tables(THEN, NOW.rename({"price": "prize"}))

    assert str(refusal.value) == "Column 'price' is an input, but the table does not have it. Did you mean 'prize'?"


def test_a_column_that_shall_be_left_out_must_be_there() -> None:
    with pytest.raises(ColumnMissing) as refusal:
        compare_tables(THEN, NOW, leave_out=["pric"])

    assert str(refusal.value) == "Column 'pric' is named in --leave-out, but the table does not have it. Did you mean 'price'?"


@pytest.mark.parametrize(("then", "now", "short"), [(THEN[:20], NOW, "reference has 20"), (THEN, NOW[:5], "current table has 5")], ids=["reference", "current"])
def test_short_tables_are_refused(then: pl.DataFrame, now: pl.DataFrame, short: str) -> None:
    with pytest.raises(TooFewRows) as refusal:
        compare_tables(then, now)

    assert str(refusal.value) == f"A comparison needs at least 30 rows on each side, but the {short}. Bring more rows."
