from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from luthier.core.clock import Deadline
from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.evaluate import BASELINES, METRICS, Baseline, BaselineData, Outlook, fit_baselines
from tests.evaluate.predictions import REGRESSION, TASKS

SCHEMA = Schema(
    columns=(
        Column(name="number", kind=ColumnKind.NUMERIC, dtype="Float64"),
        Column(name="flag", kind=ColumnKind.BOOLEAN, dtype="Boolean"),
        Column(name="level", kind=ColumnKind.CATEGORY, dtype="String"),
        Column(name="day", kind=ColumnKind.DATETIME, dtype="Datetime"),
        Column(name="words", kind=ColumnKind.TEXT, dtype="String"),
        Column(name="key", kind=ColumnKind.IDENTIFIER, dtype="Int64"),
    )
)


def typed_rows(rng, rows, *, missing_share=0.1):
    """All kinds of columns, some values of each missing."""
    columns = {
        "number": rng.normal(size=rows),
        "flag": rng.integers(0, 2, rows).astype(float),
        "level": rng.choice(["a", "b", "c"], rows),
        "day": [datetime(2024, 1, 1) + timedelta(hours=int(hours)) for hours in rng.integers(0, 9_000, rows)],
        "words": rng.choice(["good day", "bad night"], rows),
    }
    missing = {name: rng.random(rows) < missing_share for name in columns}
    return pl.DataFrame(columns).with_columns(pl.when(~pl.Series(missing[name])).then(pl.col(name)).alias(name) for name in columns)


def runs(task, truth, *, rows=400, missing_share=0.1, **settings):
    rng = np.random.default_rng(0)
    train, test = typed_rows(rng, rows, missing_share=missing_share), typed_rows(rng, 50, missing_share=missing_share)
    return fit_baselines(train, truth(train), test, schema=SCHEMA, task=task, **settings), test


def number_of(frame):
    return frame["number"].fill_null(0.0).to_numpy()


def test_every_baseline_answers_with_probabilities_of_all_classes_those_without_a_row_included():
    found, _ = runs(TASKS[4], lambda frame: np.random.default_rng(1).integers(0, 3, frame.height))

    for run in found:
        assert run.failure == ""
        assert run.prediction.shape == (50, 4)
        assert run.prediction.sum(axis=1) == pytest.approx(1.0)
        assert 0 < run.prediction[:, 3].max() < 1e-10


@pytest.mark.parametrize("column", ["flag", "level", "day", "words"])
def test_the_linear_baseline_learns_from_every_kind_of_column(column):
    worth = {"flag": pl.col("flag"), "level": pl.col("level") == "a", "day": pl.col("day").dt.epoch("s") / 3e7, "words": pl.col("words") == "good day"}[column]

    def truth(frame):
        return frame.select(worth.cast(pl.Float64)).to_series().to_numpy()

    (constant, linear, _), test = runs(REGRESSION, truth, missing_share=0.0)

    errors = [METRICS["rmse"].function(truth(test), run.prediction) for run in (constant, linear)]
    assert errors[1] < 0.02 * errors[0]


def test_the_constant_is_the_mean_and_the_shares():
    (regression, *_), _ = runs(REGRESSION, number_of)
    (classification, *_), _ = runs(TASKS[2], lambda frame: np.arange(frame.height) % 4 // 3)

    assert regression.prediction == pytest.approx(np.full(50, number_of(typed_rows(np.random.default_rng(0), 400)).mean()))
    assert classification.prediction == pytest.approx(np.tile([0.75, 0.25], (50, 1)))


def test_boosting_finds_what_is_not_linear_and_says_that_it_saw_no_text():
    (_, linear, boosting), test = runs(REGRESSION, lambda frame: np.abs(number_of(frame)), rows=2_000)

    truth = np.abs(number_of(test))

    assert METRICS["rmse"].function(truth, boosting.prediction) < 0.3 * METRICS["rmse"].function(truth, linear.prediction)
    assert [event.what for event in boosting.events] == ["Gradient boosting does not see the 1 text columns."]


def test_an_unseen_level_counts_as_missing_and_infinite_numbers_do_no_harm():
    rng = np.random.default_rng(0)
    train, test = typed_rows(rng, 300), typed_rows(rng, 20)
    strange = test.with_columns(level=pl.lit("never seen"), number=pl.lit(float("inf")))

    found = fit_baselines(
        train.with_columns(number=pl.when(pl.int_range(300) > 0).then("number").otherwise(float("inf"))),
        np.arange(300.0),
        strange,
        schema=SCHEMA,
        task=REGRESSION,
    )

    assert [run.failure for run in found] == ["", "", ""]


def test_a_baseline_that_fails_is_recorded_with_its_reason():
    def answer(data):
        raise ValueError("no luck\nat all")

    (run,), _ = runs(REGRESSION, number_of, baselines=[Baseline(name="unlucky", label="bad luck", answer=answer)])

    assert (run.prediction, run.failure) == (None, "ValueError: no luck")
    assert [event.what for event in run.events] == ["The baseline 'unlucky' gave no prediction. ValueError: no luck"]


def test_an_answer_that_is_not_finite_is_a_failure():
    hole = Baseline(name="hole", label="a hole", answer=lambda data: (np.full(data.test.height, np.nan), ()))

    (run,), _ = runs(REGRESSION, number_of, baselines=[hole])

    assert (run.prediction, run.failure) == (None, "It answered with numbers that are not finite.")


class SlowBaseline:
    """Costs a fixed time a training row, on a clock of its own."""

    def __init__(self, seconds_a_row):
        self.time, self.seconds_a_row = 0.0, seconds_a_row

    def now(self):
        return self.time

    def answer(self, data):
        self.time += self.seconds_a_row * data.train.height
        return np.zeros(data.test.height), ()


# The probe of 10,000 of the 120,000 rows costs 1, 5 or 20 of the 20 s: the rest is for all rows, for 30,000, for none.
@pytest.mark.parametrize(("probe_seconds", "rows"), [(1.0, 120_000), (5.0, 30_000), (20.0, 10_000)])
def test_a_deadline_decides_how_many_rows_of_a_large_table_are_learned(probe_seconds, rows):
    slow = SlowBaseline(probe_seconds / 10_000)

    (run,), _ = runs(
        REGRESSION,
        number_of,
        rows=120_000,
        deadline=Deadline(budget_seconds=20, now=slow.now),
        baselines=[Baseline(name="slow", label="a slow one", answer=slow.answer)],
    )

    assert run.rows == rows
    assert [event.what for event in run.events] == ([] if rows == 120_000 else [f"The baseline 'slow' learned from {rows:,} of 120,000 training rows."])
    assert run.seconds == slow.time <= 20 + 1e-9


# A quarter of the 4,000 rows costs 1, 5 or 20 of the 20 s.
@pytest.mark.parametrize(("part_seconds", "rows"), [(1.0, 4_000), (5.0, 3_000), (20.0, 1_000)])
def test_a_deadline_bounds_small_tables_as_it_bounds_large_ones(part_seconds, rows):
    slow = SlowBaseline(part_seconds / 1_000)

    (run,), _ = runs(
        REGRESSION,
        number_of,
        rows=4_000,
        deadline=Deadline(budget_seconds=20, now=slow.now),
        baselines=[Baseline(name="slow", label="a slow one", answer=slow.answer)],
    )

    assert run.rows == rows
    assert run.seconds == slow.time <= 20 + 1e-9


class SlowTrees:
    """Takes some seconds and a millisecond a row, on a clock of its own; an idle machine would take 1 s and as much a row."""

    def __init__(self, seconds):
        self.time, self.seconds = 0.0, seconds
        self.baseline = Baseline(name="trees", label="trees", answer=self.answer, outlook=Outlook(seconds=self.outlook, begin=self.begin))

    def now(self):
        return self.time

    def outlook(self, data, rows):
        return 1.0 + 0.001 * rows

    def answer(self, data, *, share=1.0):
        self.time += share * self.seconds * self.outlook(data, data.train.height)
        return np.zeros(data.test.height), ()

    def begin(self, data):
        return self.answer(data, share=0.05)


def grown(slow, *, rows, seconds=20.0):
    (run,), _ = runs(REGRESSION, number_of, rows=rows, deadline=Deadline(budget_seconds=seconds, now=slow.now), baselines=[slow.baseline])
    return run


# An idle machine would take 4 s for 3,000 rows and 9 s for 8,000; this one is idle, half as fast, and a fifth as fast.
@pytest.mark.parametrize(
    ("slowness", "rows", "learned", "used"),
    [(1.0, 3_000, 3_000, 4.0), (2.0, 8_000, 8_000, 18.9), (5.0, 8_000, 2_550, 20.0)],
    ids=["sure", "measured", "not all"],
)
def test_trees_are_grown_on_as_many_rows_as_an_outlook_and_a_beginning_allow(slowness, rows, learned, used):
    slow = SlowTrees(slowness)

    run = grown(slow, rows=rows)

    assert (run.failure, run.rows) == ("", learned)
    assert run.seconds == slow.time == pytest.approx(used, abs=0.01)


def test_trees_that_would_take_too_long_on_few_rows_too_are_left_out_and_it_is_told():
    slow = SlowTrees(20.0)

    run = grown(slow, rows=8_000)

    assert run.prediction is None
    assert [event.what for event in run.events] == [
        "The baseline 'trees' gave no prediction. There was no time left for it: 1,000 rows would take about 40 s, and 11 s were left."
    ]
    assert run.seconds == slow.time == pytest.approx(9.0)


def test_trees_without_hope_are_not_begun():
    slow = SlowTrees(1.0)

    run = grown(slow, rows=8_000, seconds=0.4)

    assert (run.failure, run.seconds) == ("There was no time left for trees over 5 columns.", 0.0)


# The measured seconds of one core; an outlook is for the order of magnitude.
@pytest.mark.parametrize(
    ("rows", "columns", "classes", "seconds"),
    [(1_000, 5, 2, 0.11), (10_000, 50, 2, 0.63), (1_250, 196, 10, 9.8), (10_000, 50, 10, 5.4), (10_000, 196, 10, 20.0)],
)
def test_the_outlook_of_boosting_is_what_was_measured(rows, columns, classes, seconds):
    boosting = next(baseline for baseline in BASELINES if baseline.outlook is not None)
    schema = Schema(columns=tuple(Column(name=f"x{place}", kind=ColumnKind.NUMERIC, dtype="Float64") for place in range(columns)))
    kind = TaskKind.BINARY if classes == 2 else TaskKind.MULTICLASS
    task = Task(kind=kind, target="y", classes=tuple(map(str, range(classes))))

    expected = boosting.outlook.seconds(BaselineData(train=pl.DataFrame(), truth=np.zeros(0), test=pl.DataFrame(), schema=schema, task=task, seed=0), rows)

    assert 0.7 * seconds < expected < 1.5 * seconds


def test_boosting_with_time_left_is_the_boosting_without_a_deadline():
    (*_, timed), _ = runs(REGRESSION, number_of, deadline=Deadline(budget_seconds=600))
    (*_, free), _ = runs(REGRESSION, number_of)

    assert timed.prediction.tolist() == free.prediction.tolist()
    assert timed.rows == free.rows == 400


def test_no_baseline_is_started_after_the_deadline():
    found, _ = runs(REGRESSION, number_of, deadline=Deadline(budget_seconds=1, now=iter(range(100)).__next__))

    assert [run.failure for run in found] == ["There was no time left for it."] * 3


def test_the_answers_to_a_class_of_one_row_in_a_large_table_exist():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"number": rng.normal(size=10_050)})
    truth = np.append(rng.integers(0, 3, 10_049), 3)
    schema = Schema(columns=SCHEMA.columns[:1])

    *_, boosting = fit_baselines(frame, truth, frame[:20], schema=schema, task=Task(kind=TaskKind.MULTICLASS, target="kind", classes=("a", "b", "c", "d")))

    assert boosting.prediction.shape == (20, 4)
    assert [event.what for event in boosting.events] == ["Gradient boosting did not see 1 rows whose class occurs once."]


def test_trees_of_very_many_classes_are_left_out_where_no_time_is_left_for_them() -> None:
    names, classes = [f"x{place}" for place in range(60)], tuple(f"kind {place}" for place in range(200))
    numbers = pl.DataFrame(np.random.default_rng(0).normal(size=(400, 60)), schema=names)
    schema = Schema(columns=tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float64") for name in names))
    task = Task(kind=TaskKind.MULTICLASS, target="kind", classes=classes)

    runs = fit_baselines(numbers, np.arange(400) % 200, numbers[:5], schema=schema, task=task, deadline=Deadline(budget_seconds=10.0))

    assert runs[-1].failure == "There was no time left for the trees of 200 classes."
