"""One turn of the loop: watch, take back what proved worse, retrain where it is due."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from luthier.core.errors import TooFewRows
from luthier.ledger import Deployment, Ledger
from luthier.workflows.promoting import promote
from luthier.workflows.tending import WHO, tend
from tests.bundle.made_up import MadeUp
from tests.ledger.made_up import Clock
from tests.workflows.in_service import NAME, answer, class_labels, label, rows_like, truths


@pytest.fixture
def alarmed(ledger: Ledger, clinic: Deployment) -> Deployment:
    ledger.alarms.raise_(NAME, bundle=clinic.champion, kind="drift", subject="size", text="It moved.", remedy="Look.")
    return clinic


@pytest.fixture
def worsened(ledger: Ledger, clinic: Deployment, sure: MadeUp, unsure: MadeUp, clock: Clock) -> Deployment:
    """A promotion that the labels since have proven a mistake."""
    promote(ledger, NAME, ledger.bundles.keep(sure.folder).hash, force=True)
    deployment, frame = ledger.deployments.get(NAME), rows_like(400, seed=7)
    ids = answer(ledger, deployment, frame)
    answer(ledger, deployment, frame, shadow=clinic.champion)
    clock.forward(3600)
    label(ledger, ids, class_labels(unsure, truths(unsure.answers(frame), seed=1)))
    return deployment


def refusing(why: str) -> None:
    raise TooFewRows("There are too few rows. Bring more.")


def noting(reasons: list[str]) -> Callable[[str], None]:
    return reasons.append


def test_an_alarm_calls_for_a_challenger_and_says_why(ledger: Ledger, alarmed: Deployment) -> None:
    reasons: list[str] = []

    turn = tend(ledger, NAME, retrainer=noting(reasons))  # type: ignore[arg-type]

    assert reasons == ["drift: It moved."]
    assert (turn.watch.rows, turn.rolled_back, turn.problems) == (0, None, ())


def test_nothing_is_trained_where_nothing_calls_for_it(ledger: Ledger, clinic: Deployment) -> None:
    reasons: list[str] = []

    turn = tend(ledger, NAME, retrainer=noting(reasons))  # type: ignore[arg-type]

    assert (reasons, turn.retraining) == ([], None)


def test_nothing_is_trained_where_nobody_trains(ledger: Ledger, alarmed: Deployment) -> None:
    assert tend(ledger, NAME).retraining is None


def test_a_challenger_that_cannot_be_trained_is_told_and_watching_goes_on(ledger: Ledger, alarmed: Deployment) -> None:
    turn = tend(ledger, NAME, retrainer=refusing)  # type: ignore[arg-type]

    assert turn.problems == ("No challenger was trained: There are too few rows. Bring more.",)
    assert turn.with_problems(("Nobody listened.",)).problems == (*turn.problems, "Nobody listened.")


def test_a_champion_that_proved_worse_goes_and_nothing_is_trained(ledger: Ledger, clinic: Deployment, worsened: Deployment) -> None:
    reasons: list[str] = []

    turn = tend(ledger, NAME, retrainer=noting(reasons))  # type: ignore[arg-type]

    assert turn.rolled_back is not None
    assert (turn.rolled_back.deployment.champion, reasons) == (clinic.champion, [])
    last = ledger.deployments.history(NAME)[-1]
    assert (last.kind, last.who, last.why) == ("rollback", WHO, "the new champion proved worse")


def test_a_rollback_is_left_to_people_where_the_policy_says_so(ledger: Ledger, worsened: Deployment) -> None:
    ledger.deployments.set_policy(NAME, {"auto_rollback": False})

    assert tend(ledger, NAME).rolled_back is None
    assert ledger.deployments.get(NAME).champion == worsened.champion


def test_a_rollback_is_not_rolled_back(ledger: Ledger, clinic: Deployment, worsened: Deployment) -> None:
    tend(ledger, NAME)

    assert tend(ledger, NAME).rolled_back is None
    assert ledger.deployments.get(NAME).champion == clinic.champion
