"""Passes over a deployment: windows that follow each other, alarms raised once, labels judged whenever they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
import pytest

from luthier.core.errors import BundleError, DeploymentMissing
from luthier.ledger import Alarm, Deployment, Ledger
from luthier.monitor import Spending
from luthier.workflows.deploying import deploy
from luthier.workflows.policy import Policy
from luthier.workflows.watching import label_coverage, watch
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import START, Clock, later
from tests.workflows.in_service import NAME, answer, class_labels, label, rows_like, truths

DAY = 86_400
ROWS = 200


def named(alarms: Sequence[Alarm]) -> list[tuple[str, str]]:
    return [(alarm.kind, alarm.subject) for alarm in alarms]


@pytest.fixture
def use(ledger: Ledger, clinic: Deployment, clock: Clock, unsure: MadeUp) -> Callable[..., list[str]]:
    """A day of answers: `use("monday")`; of larger rows: `use("friday", by=5)`; gives their ids."""

    def day(called: str, *, by: float = 0.0, rows: int = ROWS) -> list[str]:
        frame = rows_like(rows, seed=len(called) + ord(called[0])).with_columns(pl.col("size") + by)
        ids = answer(ledger, clinic, frame, called=called)
        clock.forward(DAY)
        return ids

    return day


def test_a_few_answers_wait_for_more(ledger: Ledger, use: Callable[..., list[str]]) -> None:
    use("monday", rows=49)

    seen = watch(ledger, NAME)

    assert seen.sentence == "clinic: 49 answers since the last pass; a pass needs 50, so these wait for more."
    assert (seen.examination, seen.alerts, ledger.passes.latest(NAME)) == (None, (), None)


def test_rows_like_those_of_the_reference_raise_no_alarm_and_the_pass_is_recorded(ledger: Ledger, clinic: Deployment, use: Callable[..., list[str]]) -> None:
    use("monday")

    seen = watch(ledger, NAME)

    assert (seen.alerts, seen.raised, seen.open) == ((), (), ())
    kept = ledger.passes.latest(NAME)
    assert kept is not None
    assert (kept.bundle, kept.since, kept.until) == (clinic.champion, START, later(DAY + 1))
    assert (kept.rows, kept.labeled, kept.alpha) == (ROWS, 0, Spending().alpha(DAY + 1))
    assert kept.record["sentence"] == seen.sentence


def test_windows_follow_each_other_and_what_waits_is_seen_later(ledger: Ledger, use: Callable[..., list[str]]) -> None:
    use("monday")
    watch(ledger, NAME)
    use("tuesday", rows=30)
    watch(ledger, NAME)
    use("wednesday", rows=30)

    seen = watch(ledger, NAME)

    assert seen.recorded is not None
    assert (seen.recorded.since, seen.recorded.until, seen.rows) == (later(DAY + 1), later(3 * DAY + 1), 60)


def test_an_alarm_is_raised_once_and_stays_open_until_it_is_closed(ledger: Ledger, use: Callable[..., list[str]]) -> None:
    use("monday", by=5)
    first = watch(ledger, NAME)
    use("tuesday", by=5)
    again = watch(ledger, NAME)
    use("wednesday", by=5)
    ledger.alarms.close(next(alarm.id for alarm in first.raised if (alarm.kind, alarm.subject) == ("drift", "size")), "a new scanner")

    anew = watch(ledger, NAME)

    assert ("drift", "size") in named(first.raised)
    assert ("drift", "size") not in named(again.raised)
    assert {alarm.id for alarm in first.open} <= {alarm.id for alarm in again.open}
    assert ("drift", "size") in named(anew.raised)


def test_labels_are_judged_even_where_no_rows_came_since(ledger: Ledger, unsure: MadeUp, use: Callable[..., list[str]]) -> None:
    ids = use("monday")
    watch(ledger, NAME)
    label(ledger, ids, ["1", "2", "10"] * 66 + ["1", "2"])

    seen = watch(ledger, NAME)

    assert seen.examination is None
    assert seen.realised is not None
    assert (seen.realised.rows, seen.realised.coverage.sentence) == (200, "200 of 200 rows have a label, after 24 hours in the median.")


def test_labels_that_say_that_the_model_is_wrong_raise_the_first_alarm(ledger: Ledger, unsure: MadeUp, use: Callable[..., list[str]]) -> None:
    ids = [id_ for day in ("monday", "tuesday", "wednesday") for id_ in use(day)]
    worst = unsure.answers(pl.concat([rows_like(ROWS, seed=len(day) + ord(day[0])) for day in ("monday", "tuesday", "wednesday")])).argmin(axis=1)
    label(ledger, ids, class_labels(unsure, worst))

    seen = watch(ledger, NAME)

    assert named(seen.raised)[0] == ("realised-quality", "log-loss")
    assert seen.raised[0].text.endswith("600 of 600 rows have a label, after 48 hours in the median.")


def test_right_labels_raise_nothing(ledger: Ledger, unsure: MadeUp, use: Callable[..., list[str]]) -> None:
    ids = use("monday")
    label(ledger, ids, class_labels(unsure, truths(unsure.answers(rows_like(ROWS, seed=len("monday") + ord("m"))), seed=5)))

    seen = watch(ledger, NAME)

    assert seen.alerts == ()
    assert seen.recorded is not None
    assert seen.recorded.labeled == ROWS


def test_coverage_tells_old_rows_from_new_ones(ledger: Ledger, use: Callable[..., list[str]], clock: Clock) -> None:
    first = [use("monday"), use("tuesday"), use("wednesday")][0]
    label(ledger, first, ["1"] * ROWS)

    coverage = label_coverage(ledger, NAME, START, clock())

    assert (coverage.rows, coverage.labeled, coverage.oldest, coverage.newest) == (3 * ROWS, ROWS, 1.0, 0.0)


def test_a_policy_says_how_many_false_alarms_there_may_be(ledger: Ledger, clinic: Deployment) -> None:
    assert Policy.of(clinic).spending == Spending()
    changed = ledger.deployments.set_policy(NAME, {"false_alarms": 2, "weeks": 52, "cool_down": "2d"})
    assert Policy.of(changed).spending == Spending(false_alarms=2, weeks=52)


def test_what_cannot_be_watched_is_refused(ledger: Ledger, numbers: MadeUp) -> None:
    deploy(ledger, numbers.folder, name="lab")

    with pytest.raises(DeploymentMissing):
        watch(ledger, "ward")
    with pytest.raises(BundleError):
        watch(ledger, "lab")


def test_the_truth_of_the_made_up_reference_is_what_its_model_expects(unsure: MadeUp) -> None:
    answers = unsure.answers(rows_like(3_000, seed=9))

    drawn = np.bincount(truths(answers, seed=0), minlength=3) / 3_000

    assert drawn == pytest.approx(answers.mean(axis=0), abs=0.03)


def test_what_somebody_has_closed_is_not_raised_anew_without_new_rows(ledger: Ledger, unsure: MadeUp, use: Callable[..., list[str]]) -> None:
    ids = use("monday")
    label(ledger, ids, class_labels(unsure, unsure.answers(rows_like(ROWS, seed=len("monday") + ord("m"))).argmin(axis=1)))
    (first,) = watch(ledger, NAME).raised
    ledger.alarms.close(first.id, "known")

    waiting = watch(ledger, NAME)
    use("tuesday")
    anew = watch(ledger, NAME)

    assert (first.kind, waiting.raised, len(waiting.alerts)) == ("realised-quality", (), 1)
    assert named(anew.raised) == [("realised-quality", "log-loss")]
