"""What a challenger learns from: old rows and new ones, the newest of which judge and are seen by neither model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from luthier.bundle import Bundle
from luthier.core.errors import ColumnMissing, TooFewRows
from luthier.ledger import Deployment, Ledger
from luthier.workflows.lesson import changed_since, sealed_rows
from luthier.workflows.table_lesson import table_lesson
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import START, Clock, later
from tests.workflows.in_service import NAME, answer, label, rows_like

MOMENTS = pl.Series([later(second) for second in range(1_000)])


@pytest.fixture
def use(ledger: Ledger, clinic: Deployment, clock: Clock) -> Callable[..., None]:
    """So many labeled rows, a second apart."""

    def rows(count: int) -> None:
        label(ledger, answer(ledger, clinic, rows_like(count, seed=count)), ["1", "10"] * (count // 2))
        clock.forward(count)

    return rows


@pytest.mark.parametrize(
    ("rows", "changed", "sealed"),
    [(1_000, None, 200), (100, None, 50), (1_000, later(900), 50), (1_000, later(400), 300), (1_000, later(2_000), 200)],
    ids=["a-fifth", "not-too-few", "half-of-a-short-change", "half-of-a-change", "a-change-without-rows"],
)
def test_the_newest_rows_judge_and_of_a_change_half_is_learned_from(rows: int, changed: datetime | None, sealed: int) -> None:
    assert sealed_rows(MOMENTS[:rows], changed) == sealed


def test_what_changed_is_what_open_alarms_of_the_champion_say(ledger: Ledger, clinic: Deployment, sure: MadeUp) -> None:
    words = {"kind": "drift", "subject": "size", "text": "It moved.", "remedy": "Look."}
    ledger.alarms.raise_(NAME, bundle=ledger.bundles.keep(sure.folder).hash, since=START, **words)  # type: ignore[arg-type]
    before = changed_since(ledger, clinic)
    ledger.alarms.raise_(NAME, bundle=clinic.champion, since=later(60), **words)  # type: ignore[arg-type]
    ledger.alarms.raise_(NAME, bundle=clinic.champion, since=later(30), **words)  # type: ignore[arg-type]

    assert (before, changed_since(ledger, clinic)) == (None, later(30))


def test_too_few_labels_are_refused(ledger: Ledger, clinic: Deployment, use: Callable[..., None]) -> None:
    use(98)

    with pytest.raises(TooFewRows) as refusal:
        table_lesson(ledger, clinic, Bundle.load(ledger.bundles.fetch(clinic.champion)), None, only_new=True)

    assert str(refusal.value) == (
        "Retraining needs at least 100 labeled rows of use, half of them to judge by, but 'clinic' has 98. Bring labels with `luthier label clinic FILE`."
    )


def test_new_rows_stand_in_the_order_of_time_after_the_old_ones(ledger: Ledger, clinic: Deployment, unsure: MadeUp, use: Callable[..., None]) -> None:
    use(120)
    old = rows_like(40, seed=1).with_columns(kind=pl.when(pl.int_range(pl.len()) < 3).then(None).otherwise(pl.lit("2")))

    lesson = table_lesson(ledger, clinic, Bundle.load(unsure.folder), old, only_new=False)

    rows = lesson.source
    assert (lesson.old, lesson.new, lesson.sealed, rows.height) == (37, 120, 50, 157)
    assert rows["kind"].to_list() == ["2"] * 37 + ["1", "10"] * 60
    assert rows.drop("kind")[37:].equals(rows_like(120, seed=120))
    assert lesson.learned_until == later(1 + 70).timestamp()
    assert [event.what for event in lesson.events] == ["3 old rows have no value in 'kind' and were left out."]


def test_new_rows_alone_teach_where_that_is_asked_for(ledger: Ledger, clinic: Deployment, unsure: MadeUp, clock: Clock) -> None:
    label(ledger, answer(ledger, clinic, rows_like(120, seed=1)), ["1", "2", "10"] * 40)
    clock.forward(120)

    lesson = table_lesson(ledger, clinic, Bundle.load(unsure.folder), None, only_new=True)

    assert (lesson.old, lesson.source.height, lesson.settings["seal_last"], lesson.settings["like"]) == (0, 120, 50, [unsure.folder])


def test_old_rows_need_the_target(ledger: Ledger, clinic: Deployment, unsure: MadeUp, use: Callable[..., None]) -> None:
    use(120)

    with pytest.raises(ColumnMissing) as refusal:
        table_lesson(ledger, clinic, Bundle.load(unsure.folder), rows_like(40, seed=1), only_new=False)

    assert str(refusal.value).startswith("Column 'kind' is the target, but the table does not have it. ")


def test_a_lesson_without_a_class_that_the_champion_answers_is_refused_before_anything_is_trained(
    ledger: Ledger, clinic: Deployment, unsure: MadeUp, clock: Clock
) -> None:
    label(ledger, answer(ledger, clinic, rows_like(120, seed=1)), ["1", "10"] * 60)
    clock.forward(120)

    with pytest.raises(TooFewRows) as refusal:
        table_lesson(ledger, clinic, Bundle.load(unsure.folder), None, only_new=True)

    assert str(refusal.value) == (
        "A challenger must learn every class that the champion answers, but no row is of '2'. Give the old rows, or leave --only-new out."
    )
