import numpy as np
import polars as pl
import pytest

from luthier.core.clock import Deadline
from luthier.evaluate import METRICS, permutation_importance


def numbers(rows=1_500):
    rng = np.random.default_rng(0)
    return pl.DataFrame({"unused": rng.normal(size=rows), "used": rng.normal(size=rows), "half": rng.normal(size=rows)})


def predict(frame):
    return frame["used"].to_numpy() + 0.5 * frame["half"].to_numpy()


def test_shuffling_a_column_costs_what_the_closed_form_says():
    frame = numbers()

    importance = permutation_importance(predict, frame, predict(frame), METRICS["rmse"], repeats=4)

    by_name = {column.column: column.error_increase for column in importance.columns}
    # A value minus an independent copy of it has the variance 2; the standard error on 1,500 rows is below 0.03.
    assert by_name == pytest.approx({"used": np.sqrt(2), "half": np.sqrt(2) / 2, "unused": 0.0}, abs=0.08)
    assert [column.column for column in importance.columns] == ["used", "half", "unused"]
    assert importance.baseline_error == 0.0
    assert importance.events == ()


def test_the_importance_of_a_column_does_not_hang_on_the_other_columns_shuffled():
    frame = numbers(200)

    alone, together = (
        permutation_importance(predict, frame, predict(frame), METRICS["rmse"], columns=columns).columns[0]
        for columns in (["used"], ["unused", "used", "half"])
    )

    assert alone == together


def test_the_deadline_ends_the_shuffling_and_is_told():
    frame = numbers(100)

    importance = permutation_importance(
        predict, frame, predict(frame), METRICS["rmse"], repeats=5, deadline=Deadline(budget_seconds=5, now=iter(range(100)).__next__)
    )

    assert sorted(column.repeats for column in importance.columns) == [1, 1, 2]  # the clock stands at 1, 2, 3, 4 and then at 5
    assert [event.what for event in importance.events] == ["4 of 15 shuffles were done before the time was up; 0 of 3 columns were not shuffled."]


def test_many_rows_are_sampled_and_the_frame_is_left_as_it_was():
    frame = numbers(3_000)
    before = frame.clone()

    importance = permutation_importance(predict, frame, predict(frame), METRICS["rmse"], repeats=1)

    assert importance.rows == 2_000
    assert [event.what for event in importance.events] == ["Importance was measured on 2,000 of 3,000 rows."]
    assert frame.equals(before)
