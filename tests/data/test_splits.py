"""Laws of splits: sealed rows stay sealed, equal rows stay together, the future stays in the future."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from luthier.core.errors import ColumnUnusable, SettingInvalid, TooFewRows
from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
from luthier.data.dataset import Dataset
from luthier.data.splits import Split, split_rows


def table(frame: dict[str, Any], target: np.ndarray, *, time: str | None = None, group: str | None = None) -> Dataset:
    columns = tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float64") for name in frame)
    kind = TaskKind.MULTICLASS if target.dtype == np.int64 else TaskKind.REGRESSION
    classes = tuple("abcdef"[: target.max() + 1]) if kind.is_classification else ()
    return Dataset(
        name="table",
        frame=pl.DataFrame(frame),
        schema=Schema(columns=columns, time=time, group=group),
        task=Task(kind=kind, target="y", classes=classes),
        target=target,
    )


def classified(counts: list[int], **columns: Any) -> Dataset:
    target = np.repeat(np.arange(len(counts)), counts)
    return table({"x": np.arange(len(target), dtype=float), **columns}, target)


def side_of_row(split: Split, rows: int) -> np.ndarray:
    """-1 for sealed rows, the fold that validates on it for all others."""
    side = np.full(rows, -2)
    side[split.test] = -1
    for k, fold in enumerate(split.folds):
        side[fold.validation] = k
    return side


@st.composite
def tables_with_duplicates(draw: st.DrawFn) -> Dataset:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows, values = draw(st.integers(30, 150)), draw(st.integers(8, 200))
    target = rng.integers(0, 3, rows) if draw(st.booleans()) else rng.integers(0, 4, rows).astype(float)
    return table({"x": rng.integers(0, values, rows), "z": rng.integers(0, 2, rows)}, target)


@settings(max_examples=40, deadline=None)
@given(dataset=tables_with_duplicates(), seed=st.integers(0, 5))
def test_sides_are_disjoint_cover_everything_and_never_share_equal_rows(dataset: Dataset, seed: int) -> None:
    split = split_rows(dataset, seed=seed)

    assert np.array_equal(np.sort(np.concatenate([split.train, split.test])), np.arange(dataset.rows))
    for fold in split.folds:
        assert np.array_equal(np.sort(np.concatenate([fold.train, fold.validation])), split.train)
    assert np.array_equal(np.sort(np.concatenate([fold.validation for fold in split.folds])), split.train)
    sides = dataset.frame.with_columns(y=dataset.target, side=side_of_row(split, dataset.rows)).group_by("x", "z", "y").agg(pl.col("side").n_unique())
    assert sides["side"].max() == 1


@settings(max_examples=40, deadline=None)
@given(dataset=tables_with_duplicates(), seed=st.integers(0, 5))
def test_one_seed_gives_one_split(dataset: Dataset, seed: int) -> None:
    once, again = split_rows(dataset, seed=seed), split_rows(dataset, seed=seed)

    assert np.array_equal(side_of_row(once, dataset.rows), side_of_row(again, dataset.rows))


def test_another_seed_seals_other_rows() -> None:
    dataset = classified([60, 40])

    assert not np.array_equal(split_rows(dataset, seed=0).test, split_rows(dataset, seed=1).test)


def test_every_class_is_sealed_and_folded_in_its_share() -> None:
    dataset = classified([100, 50, 10])

    split = split_rows(dataset)

    assert np.bincount(dataset.target[split.test]).tolist() == [20, 10, 2]
    for fold in split.folds:
        np.testing.assert_allclose(np.bincount(dataset.target[fold.validation]), [16, 8, 1.6], atol=1)


def test_a_regression_seals_a_fifth_at_random() -> None:
    dataset = table({"x": np.arange(1000.0)}, np.linspace(0, 1, 1000))

    split = split_rows(dataset)

    assert split.kind == "random"
    assert len(split.test) == 200
    assert 0.4 < dataset.target[split.test].mean() < 0.6


@settings(max_examples=40, deadline=None)
@given(sizes=st.lists(st.integers(2, 9), min_size=6, max_size=12), seed=st.integers(0, 2**32))
def test_a_group_is_never_on_two_sides(sizes: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    target = rng.normal(size=len(groups))
    dataset = table({"x": np.arange(len(groups)), "patient": groups}, target, group="patient")

    split = split_rows(dataset, seed=seed)

    sides = pl.DataFrame({"patient": groups, "side": side_of_row(split, len(groups))}).group_by("patient").agg(pl.col("side").n_unique())
    assert split.kind == "grouped"
    assert sides["side"].max() == 1


def test_equal_rows_of_two_groups_join_them_unless_that_joins_most_groups() -> None:
    groups = np.repeat(np.arange(20), 5)
    unlike = np.arange(100.0)
    linked = np.where(unlike < 10, unlike % 5, unlike)  # group 1 repeats group 0

    joined = split_rows(table({"x": linked, "g": groups}, np.zeros(100), group="g"))
    everywhere = split_rows(table({"x": unlike % 5, "g": groups}, np.zeros(100), group="g"))

    assert len(set(side_of_row(joined, 100)[:10])) == 1
    assert [event.what for event in everywhere.events] == [
        "Equal rows link most groups of 'g' with each other, so only the groups were kept whole: some equal rows lie on both sides."
    ]


@settings(max_examples=40, deadline=None)
@given(times=st.lists(st.integers(0, 30), min_size=40, max_size=120))
def test_what_is_learned_from_lies_before_what_it_is_judged_on(times: list[int]) -> None:
    assume(len(set(times)) >= 12)
    moments = np.array(times)
    dataset = table({"x": np.arange(len(times)), "t": moments}, np.zeros(len(times)), time="t")

    split = split_rows(dataset)

    assert moments[split.train].max() < moments[split.test].min()
    for fold in split.folds:
        assert moments[fold.train].max() < moments[fold.validation].min()
        assert set(fold.validation) <= set(split.train)
    assert all(len(early.train) < len(late.train) for early, late in zip(split.folds, split.folds[1:], strict=False))


def test_folds_in_time_validate_the_later_half_of_the_training_rows() -> None:
    dataset = table({"t": np.arange(100)[::-1]}, np.zeros(100), time="t")

    split = split_rows(dataset, folds=4)

    assert split.test.tolist() == list(range(20))
    assert [(len(fold.train), len(fold.validation)) for fold in split.folds] == [(40, 10), (50, 10), (60, 10), (70, 10)]


def test_a_numeric_time_read_as_a_category_keeps_the_order_of_numbers() -> None:
    dataset = table({"x": np.arange(24), "t": [str(month) for month in range(1, 25)]}, np.zeros(24), time="t")

    assert split_rows(dataset).test.tolist() == [19, 20, 21, 22, 23]


def test_a_class_with_fewer_rows_than_folds_is_spread_and_reported() -> None:
    dataset = classified([100, 4])

    split = split_rows(dataset)

    rare = [(dataset.target[side] == 1).sum() for side in (split.test, *(fold.validation for fold in split.folds))]
    assert rare[0] == 1
    assert sorted(rare[1:]) == [0, 0, 1, 1, 1]
    empty = [f"validation rows of fold {k}" for k in range(1, 6) if rare[k] == 0]
    assert [event.what for event in split.events] == [f"Class 'b' does not occur in the {', the '.join(empty)}."]


def test_few_rows_lower_the_number_of_folds() -> None:
    split = split_rows(table({"x": np.arange(10)}, np.arange(10.0)), folds=5)

    assert len(split.folds) == 4
    assert [event.what for event in split.events] == ["4 folds were made instead of 5: the rows do not allow more."]


def test_many_rows_at_the_last_time_are_sealed_together_and_reported() -> None:
    times = np.concatenate([np.arange(60), np.full(40, 60)])

    split = split_rows(table({"x": np.arange(100), "t": times}, np.zeros(100), time="t"))

    assert len(split.test) == 40
    assert [event.what for event in split.events] == ["40% of the rows are sealed instead of 20%: rows of one time stay together."]


REFUSALS = {
    "few rows": (
        lambda: table({"x": np.arange(50) % 9}, np.zeros(50)),
        "An honest split needs at least 10 different rows, but the table has 9. Bring more rows.",
    ),
    "lonely class": (
        lambda: classified([20, 1]),
        "Every class needs at least 2 different rows, one to learn from and one to judge by, but class 'b' has 1. Bring more of them, or drop the class.",
    ),
    "two groups": (
        lambda: table({"x": np.arange(50), "g": np.arange(50) % 2}, np.zeros(50), group="g"),
        "A split by 'g' needs at least 3 groups, but it has 2. Choose another column, or split without groups.",
    ),
    "two times": (
        lambda: table({"x": np.arange(50), "t": np.arange(50) // 25}, np.zeros(50), time="t"),
        "A split in time needs at least 4 different times, spread over the rows, but 't' has 2 in 50 rows. Choose a finer time, or split without it.",
    ),
    "one class first": (
        lambda: table({"t": np.arange(40)}, np.repeat([0, 1], [30, 10]), time="t"),
        "A classifier learns from at least 2 classes, but the training rows of fold 1 hold 1. Split another way, or bring more rows.",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_split_that_cannot_be_honest_is_refused(name: str) -> None:
    build, message = REFUSALS[name]

    with pytest.raises(TooFewRows) as refusal:
        split_rows(build())

    assert str(refusal.value) == message


def test_a_row_without_a_time_is_refused() -> None:
    dataset = table({"x": np.arange(12), "t": [1, 2, None, *range(9)]}, np.zeros(12), time="t")

    with pytest.raises(ColumnUnusable) as refusal:
        split_rows(dataset)

    assert str(refusal.value) == "The time column 't' must have a value in every row, but 1 rows lack one (first: row 3). Fill them in or remove these rows."


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"folds": 1}, "folds must be 2 or more, but 1 came."),
        ({"test_share": 0.7}, "test_share must be more than 0 and at most 0.5, but 0.7 came."),
    ],
    ids=["one fold", "most rows sealed"],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        split_rows(classified([20, 20]), **settings)

    assert str(refusal.value) == message


def test_time_and_group_together_are_refused() -> None:
    dataset = table({"t": np.arange(20), "g": np.arange(20)}, np.zeros(20), time="t", group="g")

    with pytest.raises(SettingInvalid) as refusal:
        split_rows(dataset)

    assert str(refusal.value) == "A split keeps either the order of time or whole groups, but both were asked for. Give --time or --group."


def test_the_last_rows_are_sealed_where_that_is_asked_for() -> None:
    split = split_rows(table({"x": np.arange(100.0)}, np.arange(100.0)), seal_last=25, folds=3)

    assert split.test.tolist() == list(range(75, 100))
    assert split.train.tolist() == list(range(75))
    assert (split.kind, split.events) == ("given", ())
    assert np.sort(np.concatenate([fold.validation for fold in split.folds])).tolist() == list(range(75))


def test_copies_of_the_last_rows_teach_nothing() -> None:
    numbers = np.arange(100.0)
    numbers[3], numbers[7] = numbers[90], numbers[99]

    split = split_rows(table({"x": numbers}, np.where(numbers > 80, 1.0, 0.0)), seal_last=20)

    assert not {3, 7} & set(split.train.tolist())
    assert len(split.train) == 78
    assert [event.what for event in split.events] == ["2 training rows equal a sealed one, or are of its group: no network learns from them."]


def test_groups_of_the_last_rows_teach_nothing() -> None:
    place = np.arange(100) % 5
    place[90:] = 4

    split = split_rows(table({"x": np.arange(100.0), "g": place}, np.arange(100.0), group="g"), seal_last=10)

    assert not (place[split.train] == 4).any()
    assert len(split.train) == 72


@pytest.mark.parametrize("sealed", [1, 91], ids=["one", "nearly-all"])
def test_too_few_or_too_many_last_rows_are_refused(sealed: int) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        split_rows(classified([60, 40]), seal_last=sealed)

    assert str(refusal.value) == f"The sealed rows must be at least 2 and leave 10 to learn from, but {sealed} of 100 came. Change --seal-last."


def test_last_rows_that_all_others_equal_are_refused() -> None:
    with pytest.raises(TooFewRows) as refusal:
        split_rows(table({"x": np.arange(60) % 30}, np.arange(60) % 30 / 1.0), seal_last=30)

    assert str(refusal.value) == (
        "At least 10 different rows must be left to learn from, but 0 are: the others equal a sealed one, or are of its group. Change --seal-last."
    )
