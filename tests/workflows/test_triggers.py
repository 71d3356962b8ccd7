"""When a retraining is called for: by an alarm of the champion, by the schedule, never within the cool-down."""

from __future__ import annotations

import pytest

from luthier.ledger import Deployment, Ledger
from luthier.workflows.triggers import Due, due
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import Clock, make_run
from tests.workflows.in_service import NAME

DAY = 86_400
NOT_DUE = Due(is_due=False, why="'clinic' is not due for retraining: no alarm is open and no schedule has come.")


def raise_alarm(ledger: Ledger, bundle: str, kind: str, text: str) -> int:
    return ledger.alarms.raise_(NAME, bundle=bundle, kind=kind, subject="age", text=text, remedy="Look.").id


def retrained(ledger: Ledger, clock: Clock, name: str = NAME) -> None:
    ledger.runs.begin(make_run("a", started_at=clock(), state="done", facts={"deployment": name}))


def test_nothing_calls_for_a_retraining_at_first(ledger: Ledger, clinic: Deployment) -> None:
    assert due(ledger, NAME) == NOT_DUE


def test_the_alarm_that_counts_most_calls_for_it(ledger: Ledger, clinic: Deployment) -> None:
    raise_alarm(ledger, clinic.champion, "drift", "It moved.")
    raise_alarm(ledger, clinic.champion, "realised-quality", "It got worse.")
    raise_alarm(ledger, clinic.champion, "data-quality", "It is odd.")

    assert due(ledger, NAME) == Due(is_due=True, why="realised-quality: It got worse.")


def test_alarms_that_are_closed_or_of_another_model_call_for_nothing(ledger: Ledger, clinic: Deployment, sure: MadeUp) -> None:
    ledger.alarms.close(raise_alarm(ledger, clinic.champion, "drift", "It moved."), "looked at")
    raise_alarm(ledger, ledger.bundles.keep(sure.folder).hash, "drift", "It moved.")

    assert due(ledger, NAME) == NOT_DUE


@pytest.mark.parametrize(
    ("hours", "policy", "why"),
    [
        (0.5, {}, "'clinic' was retrained 30 minutes ago, and its policy wants 24.0 hours in between."),
        (60, {"cool_down": "7d"}, "'clinic' was retrained 2.5 days ago, and its policy wants 7.0 days in between."),
    ],
    ids=["default", "policy"],
)
def test_a_retraining_is_left_time_to_show_what_it_is_worth(
    ledger: Ledger, clinic: Deployment, clock: Clock, hours: float, policy: dict[str, str], why: str
) -> None:
    ledger.deployments.set_policy(NAME, policy)
    raise_alarm(ledger, clinic.champion, "drift", "It moved.")
    retrained(ledger, clock)
    clock.forward(hours * 3600)

    assert due(ledger, NAME) == Due(is_due=False, why=why)


def test_retrainings_of_other_deployments_do_not_count(ledger: Ledger, clinic: Deployment, clock: Clock) -> None:
    raise_alarm(ledger, clinic.champion, "drift", "It moved.")
    retrained(ledger, clock, "ward")

    assert due(ledger, NAME).is_due


def test_a_schedule_counts_from_the_last_retraining_or_the_deployment(ledger: Ledger, clinic: Deployment, clock: Clock) -> None:
    ledger.deployments.set_policy(NAME, {"retrain_every": "10d"})

    clock.forward(10 * DAY)
    first = due(ledger, NAME)
    retrained(ledger, clock)
    clock.forward(9 * DAY)
    too_early = due(ledger, NAME)
    clock.forward(DAY)
    second = due(ledger, NAME)

    assert (first, too_early, second) == (Due(is_due=True, why="schedule: every 10d"), NOT_DUE, first)
