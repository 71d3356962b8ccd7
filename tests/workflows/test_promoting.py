"""Promotion on evidence, and the way back: on labeled rows that neither model learned from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from luthier.bundle import Bundle, write_bundle
from luthier.core.errors import PromotionRefused, SettingInvalid
from luthier.evaluate import PromotionRules
from luthier.ledger import Deployment, Ledger
from luthier.workflows.policy import Policy
from luthier.workflows.promoting import judge_challenger, judge_rows, latency_ratio, learned_until, promote, rollback
from tests.bundle.made_up import CLASSES, MadeUp
from tests.ledger.made_up import START, Clock, later, make_run
from tests.workflows.in_service import NAME, answer, class_labels, label, rows_like, truths

ROWS = 120


@pytest.fixture
def challenger(ledger: Ledger, clinic: Deployment, sure: MadeUp, clock: Clock) -> str:
    """The sure model, kept after the champion; nobody else knows of it."""
    kept = ledger.bundles.keep(sure.folder).hash
    clock.forward(1)
    return kept


@pytest.fixture
def use(ledger: Ledger, clinic: Deployment, clock: Clock) -> Callable[..., None]:
    """An hour of rows that came true as a model expects."""

    def hour(expected_by: MadeUp, *, called: str = "row", rows: int = ROWS, shadow: str | None = None) -> None:
        frame = rows_like(rows, seed=7)
        deployment = ledger.deployments.get(NAME)
        ids = answer(ledger, deployment, frame, called=called)
        if shadow is not None:
            answer(ledger, deployment, frame, called=called, shadow=shadow)
        clock.forward(3600)
        label(ledger, ids, class_labels(expected_by, truths(expected_by.answers(frame), seed=1)))

    return hour


def test_a_better_challenger_takes_the_place_and_the_former_champion_its_shadow(
    ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, use: Callable[..., None]
) -> None:
    use(sure)

    promoted = promote(ledger, NAME, challenger[:10], who="Ada", why="the new scanner")

    now = ledger.deployments.get(NAME)
    assert (promoted.changed, promoted.to, promoted.deployment) == (True, challenger, now)
    assert (now.champion, now.challenger, now.version) == (challenger, clinic.champion, 2)
    last = ledger.deployments.history(NAME)[-1]
    assert (last.kind, last.who, last.why) == ("promote", "Ada", "the new scanner")
    assert last.evidence["accepted"]
    assert last.evidence["rows"] == ROWS


def test_the_one_in_the_shadow_is_promoted_where_none_is_named(ledger: Ledger, challenger: str, sure: MadeUp, use: Callable[..., None]) -> None:
    ledger.deployments.shadow(NAME, expected_version=1, challenger=challenger)
    use(sure)

    assert promote(ledger, NAME).deployment.champion == challenger


def test_a_dry_run_judges_and_changes_nothing(ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, use: Callable[..., None]) -> None:
    use(sure)

    judged = promote(ledger, NAME, challenger, dry_run=True)

    assert judged.evidence is not None
    assert (judged.changed, judged.evidence.accepted) == (False, True)  # type: ignore[union-attr]
    assert ledger.deployments.get(NAME) == clinic


def test_a_challenger_that_is_worse_is_refused_with_its_reasons(
    ledger: Ledger, clinic: Deployment, challenger: str, unsure: MadeUp, use: Callable[..., None]
) -> None:
    use(unsure)

    with pytest.raises(PromotionRefused) as refusal:
        promote(ledger, NAME, challenger)

    assert str(refusal.value).startswith("The challenger is not proven better: log-loss ")
    assert f"Nothing was changed. {' '.join(refusal.value.reasons)}" in str(refusal.value)
    assert refusal.value.reasons[0].startswith("The gain in log-loss must surely be above 0, but it is -")
    assert ledger.deployments.get(NAME) == clinic


def test_force_promotes_against_the_evidence_and_says_so(ledger: Ledger, challenger: str, unsure: MadeUp, use: Callable[..., None]) -> None:
    use(unsure)

    promote(ledger, NAME, challenger, force=True, why="the boss wants it")

    assert ledger.deployments.history(NAME)[-1].why == "the boss wants it (forced against the evidence)"


def test_without_labels_nothing_is_decided(ledger: Ledger, challenger: str) -> None:
    with pytest.raises(PromotionRefused) as refusal:
        promote(ledger, NAME, challenger)

    assert refusal.value.reasons == ("A decision needs at least 50 labeled rows that both models answered, but there are 0. Wait for labels.",)


def test_rows_that_either_model_may_have_learned_from_do_not_count(
    ledger: Ledger, clinic: Deployment, sure: MadeUp, use: Callable[..., None], clock: Clock
) -> None:
    use(sure, called="before")
    kept = ledger.bundles.keep(sure.folder).hash
    use(sure, called="after", rows=60)

    evidence = judge_challenger(ledger, clinic, kept, PromotionRules())

    assert evidence.rows == 60


def test_labels_of_unheard_classes_do_not_count(ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, use: Callable[..., None]) -> None:
    use(sure)
    label(ledger, ["row-0", "row-1"], ["unheard of", "unheard of"])

    assert judge_challenger(ledger, clinic, challenger, PromotionRules()).rows == ROWS - 2


def test_a_challenger_has_learned_until_its_run_says_or_until_it_was_kept(ledger: Ledger, sure: MadeUp, unsure: MadeUp) -> None:
    ledger.runs.begin(make_run("a", facts={"learned_until": START.timestamp() - 60}))

    assert learned_until(ledger, ledger.bundles.keep(sure.folder, run="a").hash) == later(-60)
    assert learned_until(ledger, ledger.bundles.keep(unsure.folder).hash) == START


def test_alarms_of_the_former_champion_are_closed(ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, use: Callable[..., None]) -> None:
    use(sure)
    ledger.alarms.raise_(NAME, bundle=clinic.champion, kind="drift", subject="size", text="It moved.", remedy="Look.")

    promote(ledger, NAME, challenger)

    assert ledger.alarms.open(NAME) == ()
    assert ledger.alarms.all(NAME)[0].closed_why == f"{challenger[:12]} answers instead"


def test_the_policy_sets_the_rules_and_a_margin_that_is_given_counts_more(ledger: Ledger, clinic: Deployment) -> None:
    deployment = ledger.deployments.set_policy(NAME, {"margin": 0.5, "fewest_rows": 80, "cool_down": "1d"})

    assert Policy.of(deployment).rules == PromotionRules(margin=0.5, fewest_rows=80)
    assert Policy.of(deployment).rules_with(0.1) == PromotionRules(margin=0.1, fewest_rows=80)


@pytest.mark.parametrize("given", [False, True], ids=["none-in-the-shadow", "the-champion"])
def test_a_promotion_needs_another_model(ledger: Ledger, clinic: Deployment, given: bool) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        promote(ledger, NAME, clinic.champion if given else None)

    assert str(refusal.value) == (
        f"A promotion needs another model than the champion, but {clinic.champion[:12]} answers for 'clinic' already. Name another bundle."
        if given
        else "A promotion needs a challenger, but 'clinic' has none. Train one with `luthier retrain clinic`, or name a bundle."
    )


def test_a_challenger_of_another_task_is_refused(ledger: Ledger, clinic: Deployment, numbers: MadeUp, unsure: MadeUp, tmp_path: Path) -> None:
    write_bundle(tmp_path / "fewer", replace(unsure.manifest, task=replace(CLASSES, classes=("1", "2", "3"))), unsure.contents)
    messages = []
    for folder in (numbers.folder, tmp_path / "fewer"):
        with pytest.raises(SettingInvalid) as refusal:
            promote(ledger, NAME, ledger.bundles.keep(folder).hash)
        messages.append(str(refusal.value))

    opening = "A challenger must predict what the champion does, 'kind' of rows (multiclass: 1, 10, 2), but it predicts"
    assert messages == [
        f"{opening} 'weight in kg' of rows (regression). Deploy it under a name of its own.",
        f"{opening} 'kind' of rows (multiclass: 1, 2, 3). Deploy it under a name of its own.",
    ]


def test_the_champion_before_comes_back(ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, use: Callable[..., None]) -> None:
    use(sure)
    promote(ledger, NAME, challenger)

    judged = rollback(ledger, NAME, dry_run=True)
    rolled = rollback(ledger, NAME, who="Ada", why="it was a mistake")

    assert (judged.changed, judged.to, judged.evidence) == (False, clinic.champion, None)
    assert (rolled.deployment.champion, rolled.deployment.challenger, rolled.deployment.version) == (clinic.champion, None, 3)
    last = ledger.deployments.history(NAME)[-1]
    assert (last.kind, last.before, last.who, last.why) == ("rollback", challenger, "Ada", "it was a mistake")


def test_only_a_champion_that_is_proven_worse_goes_where_that_is_asked_for(
    ledger: Ledger, clinic: Deployment, challenger: str, sure: MadeUp, unsure: MadeUp, use: Callable[..., None]
) -> None:
    promote(ledger, NAME, challenger, force=True)
    use(sure, called="fine", rows=60, shadow=clinic.champion)
    kept = rollback(ledger, NAME, only_proven=True)
    use(unsure, called="worse", rows=400, shadow=clinic.champion)

    gone = rollback(ledger, NAME, only_proven=True)

    assert (kept.changed, gone.changed) == (False, True)
    assert gone.evidence is not None
    assert (gone.evidence.rows, gone.evidence.proven) == (460, True)  # type: ignore[union-attr]
    assert ledger.deployments.history(NAME)[-1].evidence["proven"]


@pytest.mark.parametrize("given", [False, True], ids=["none-before", "the-champion"])
def test_a_rollback_needs_another_model(ledger: Ledger, clinic: Deployment, given: bool) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        rollback(ledger, NAME, clinic.champion if given else None)

    assert str(refusal.value) == (
        f"A rollback needs another model than the champion, but {clinic.champion[:12]} answers for 'clinic' already. Name another bundle."
        if given
        else "A rollback needs a champion before the present one, but 'clinic' had none. Name a bundle."
    )


def test_rows_of_a_table_are_judged_as_they_stand(unsure: MadeUp, sure: MadeUp) -> None:
    frame = rows_like(ROWS, seed=3)
    rows = frame.with_columns(pl.Series("kind", class_labels(sure, truths(sure.answers(frame), seed=2))))

    evidence = judge_rows(Bundle.load(unsure.folder), Bundle.load(sure.folder), rows, PromotionRules(most_latency_ratio=100.0))

    assert (evidence.accepted, evidence.rows) == (True, ROWS)


def test_latency_is_compared_in_turns_each_model_on_its_own_rows(unsure: MadeUp, numbers: MadeUp) -> None:
    frame = rows_like(5, seed=0)

    assert 0.01 < latency_ratio((Bundle.load(unsure.folder), frame), (Bundle.load(numbers.folder), frame)) < 100
