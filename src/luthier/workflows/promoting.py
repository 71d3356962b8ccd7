"""Promotion and rollback: one model takes another's place, on evidence from the same labeled rows, recorded with who and why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from luthier.bundle import Bundle
from luthier.core.errors import PromotionRefused, SettingInvalid
from luthier.data import target_values
from luthier.evaluate import PromotionEvidence, PromotionRules, RollbackEvidence, judge_promotion, judge_rollback
from luthier.ledger import Deployment, Ledger
from luthier.workflows.deploying import current_user
from luthier.workflows.policy import Policy
from luthier.workflows.samples import asked_frame, has_known_label, recorded_answers

MOST_ROWS = 50_000
"Labeled rows that are compared, evenly spread where there are more."
TIMED_ROWS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted:
    """What was decided, and how the deployment stands."""

    deployment: Deployment
    evidence: PromotionEvidence | RollbackEvidence | None
    "None of a rollback that nobody asked evidence for."
    to: str
    "Hash of the model that would answer, or answers now."
    changed: bool
    "False of a dry run, and where the evidence does not carry the change."


def judge_rows(champion: Bundle, challenger: Bundle, rows: pl.DataFrame, rules: PromotionRules) -> PromotionEvidence:
    """Champion against challenger on the same rows of a table, whose target is known and which neither learned from."""
    _require_same_task(champion, challenger)
    inputs = rows.drop(champion.task.target)
    return judge_promotion(
        champion.task,
        target_values(rows[champion.task.target], champion.task),
        champion.predict_typed(inputs),
        _in_order_of(champion, challenger, challenger.predict_typed(inputs)),
        inputs=inputs,
        latency_ratio=latency_ratio((champion, inputs), (challenger, inputs)),
        rules=rules,
    )


def judge_answers(champion: Bundle, challenger: Bundle, truth: np.ndarray, ours: np.ndarray, theirs: np.ndarray, rules: PromotionRules) -> PromotionEvidence:
    """Champion against challenger on probabilities that both gave to the same rows.

    Args:
        truth: places of classes, in the order of the champion's.
        ours: the champion's probabilities [rows, classes].
        theirs: the challenger's, in the order of its own classes.
    """
    _require_same_task(champion, challenger)
    return judge_promotion(champion.task, truth, ours, _in_order_of(champion, challenger, theirs), rules=rules)


def judge_challenger(ledger: Ledger, deployment: Deployment, challenger: str, rules: PromotionRules) -> PromotionEvidence:
    """Champion against challenger on labeled rows of use that neither learned from: both answer them now, with the numbers that they answer in service."""
    champion, other = (Bundle.load(ledger.bundles.fetch(which)) for which in (deployment.champion, challenger))
    _require_same_task(champion, other)
    since = max(learned_until(ledger, which) for which in (deployment.champion, challenger))
    rows = ledger.predictions.labeled(deployment.name, since=since, limit=MOST_ROWS).sort("received_at")
    rows = rows.filter(pl.Series(has_known_label(rows["label"], champion.task), dtype=pl.Boolean))
    if rows.is_empty():
        return judge_promotion(champion.task, np.empty(0), _nothing(champion), _nothing(champion), rules=rules)
    answers = [_answers(bundle, rows["inputs"]) for bundle in (champion, other)]
    of_table = champion.manifest.pixels is None
    timed = [(bundle, asked_frame(bundle, rows["inputs"][:TIMED_ROWS])) for bundle in (champion, other)] if of_table else []
    return judge_promotion(
        champion.task,
        target_values(rows["label"], champion.task),
        answers[0],
        _in_order_of(champion, other, answers[1]),
        inputs=asked_frame(champion, rows["inputs"]) if of_table else None,
        latency_ratio=latency_ratio(*timed) if of_table else None,
        rules=rules,
    )


def promote(
    ledger: Ledger,
    name: str,
    challenger: str | None = None,
    *,
    margin: float | None = None,
    who: str | None = None,
    why: str = "the evidence",
    force: bool = False,
    dry_run: bool = False,
) -> Promoted:
    """Make a challenger the champion if the evidence carries it; the former champion answers in its shadow from then on.

    Args:
        challenger: hash of a stored bundle; None is the one that answers in the shadow.
        margin: mean gain that the lower bound must exceed; None goes by the deployment's policy.
        force: promote against the evidence; the record says so.
        dry_run: judge, and change nothing.

    Raises:
        PromotionRefused: the evidence does not carry it; its `reasons` say why.
        DeploymentMoved: somebody else changed the deployment in the meantime.
    """
    deployment = ledger.deployments.get(name)
    wanted = ledger.bundles.get(challenger).hash if challenger is not None else deployment.challenger
    if wanted is None:
        raise SettingInvalid(f"A promotion needs a challenger, but {name!r} has none. Train one with `luthier retrain {name}`, or name a bundle.")
    if wanted == deployment.champion:
        raise SettingInvalid(f"A promotion needs another model than the champion, but {wanted[:12]} answers for {name!r} already. Name another bundle.")
    evidence = judge_challenger(ledger, deployment, wanted, Policy.of(deployment).rules_with(margin))
    if dry_run:
        return Promoted(deployment=deployment, evidence=evidence, to=wanted, changed=False)
    if not evidence.accepted and not force:
        raise PromotionRefused(f"{evidence.sentence} Nothing was changed. {' '.join(evidence.reasons)}", reasons=evidence.reasons)
    why = why if evidence.accepted else f"{why} (forced against the evidence)"
    moved = promote_on(ledger, deployment, wanted, evidence, who=who, why=why)
    return Promoted(deployment=moved, evidence=evidence, to=wanted, changed=True)


def promote_on(ledger: Ledger, deployment: Deployment, to: str, evidence: PromotionEvidence, *, who: str | None, why: str) -> Deployment:
    """The change itself: one transaction that carries its evidence. Alarms of the former champion are about a model that answers no more: they are closed."""
    moved = ledger.deployments.move(
        deployment.name,
        expected_version=deployment.version,
        to=to,
        kind="promote",
        who=who or current_user(),
        why=why,
        evidence=evidence.to_json(),
        challenger=deployment.champion,
    )
    _close_alarms(ledger, deployment, why=f"{to[:12]} answers instead")
    return moved


def rollback(
    ledger: Ledger, name: str, to: str | None = None, *, who: str | None = None, why: str = "asked for", only_proven: bool = False, dry_run: bool = False
) -> Promoted:
    """Give a deployment back to the champion before the present one, or to the one that is named.

    Args:
        to: hash of a stored bundle; None is the champion before.
        only_proven: change nothing unless the present champion is proven worse than the former one, which still answers in the shadow.
        dry_run: judge, and change nothing.

    Raises:
        SettingInvalid: there is no champion before.
        DeploymentMoved: somebody else changed the deployment in the meantime.
    """
    deployment = ledger.deployments.get(name)
    former = ledger.bundles.get(to).hash if to is not None else _former(ledger, deployment)
    if former == deployment.champion:
        raise SettingInvalid(f"A rollback needs another model than the champion, but {former[:12]} answers for {name!r} already. Name another bundle.")
    evidence = judge_former(ledger, deployment, former)
    if dry_run or (only_proven and not (evidence is not None and evidence.proven)):
        return Promoted(deployment=deployment, evidence=evidence, to=former, changed=False)
    moved = ledger.deployments.move(
        name,
        expected_version=deployment.version,
        to=former,
        kind="rollback",
        who=who or current_user(),
        why=why,
        evidence=evidence.to_json() if evidence is not None else {},
    )
    _close_alarms(ledger, deployment, why=f"rolled back to {former[:12]}")
    return Promoted(deployment=moved, evidence=evidence, to=former, changed=True)


def judge_former(ledger: Ledger, deployment: Deployment, former: str) -> RollbackEvidence | None:
    """The champion against the one before it, on labeled rows that both answered since the promotion; None where there are none."""
    since = max((change.at for change in ledger.deployments.history(deployment.name)), default=None)
    rows = ledger.predictions.paired(deployment.name, champion=deployment.champion, challenger=former, since=since, limit=MOST_ROWS)
    if rows.is_empty():
        return None
    champion = Bundle.load(ledger.bundles.fetch(deployment.champion))
    rows = rows.filter(pl.Series(has_known_label(rows["label"], champion.task), dtype=pl.Boolean))
    ours, theirs = (recorded_answers(rows[column], champion.task) for column in ("champion_answer", "challenger_answer"))
    rules = Policy.of(deployment).rules
    return judge_rollback(champion.task, target_values(rows["label"], champion.task), ours, theirs, alpha=rules.alpha, fewest_rows=rules.fewest_rows)


def learned_until(ledger: Ledger, bundle: str) -> datetime:
    """The moment from which on rows of use were not learned from: that of the newest row learned from, else that in which the model was kept."""
    stored = ledger.bundles.get(bundle)
    facts: Mapping[str, Any] = ledger.runs.get(stored.run).facts if stored.run is not None else {}
    if "learned_until" in facts:
        return datetime.fromtimestamp(facts["learned_until"], UTC)
    return stored.created_at


def latency_ratio(champion: tuple[Bundle, pl.DataFrame], challenger: tuple[Bundle, pl.DataFrame]) -> float:
    """The challenger's median seconds for one row over the champion's, in turns; each with the rows as it sees them."""
    turns = [[_seconds(bundle, frame[place : place + 1]) for bundle, frame in (champion, challenger)] for place in range(min(TIMED_ROWS, champion[1].height))]
    before, after = zip(*turns, strict=True)
    return median(after) / median(before)


def _seconds(bundle: Bundle, row: pl.DataFrame) -> float:
    started = time.perf_counter()
    bundle.predict_typed(row)
    return time.perf_counter() - started


def _answers(bundle: Bundle, inputs: pl.Series) -> np.ndarray:
    if bundle.manifest.pixels is None:
        return bundle.predict_typed(asked_frame(bundle, inputs))
    return bundle.predict_proba(list(inputs)) if bundle.task.kind.is_classification else bundle.predict(list(inputs))


def _in_order_of(champion: Bundle, challenger: Bundle, answers: np.ndarray) -> np.ndarray:
    """The challenger's probabilities in the order of the champion's classes."""
    if not champion.task.kind.is_classification or champion.task.classes == challenger.task.classes:
        return answers
    return answers[:, [challenger.task.classes.index(name) for name in champion.task.classes]]


def _require_same_task(champion: Bundle, challenger: Bundle) -> None:
    ours, theirs = (_called(bundle) for bundle in (champion, challenger))
    if ours != theirs:
        raise SettingInvalid(f"A challenger must predict what the champion does, {ours}, but it predicts {theirs}. Deploy it under a name of its own.")


def _called(bundle: Bundle) -> str:
    task = bundle.task
    classes = f": {', '.join(sorted(task.classes)[:8])}{', ...' if len(task.classes) > 8 else ''}" if task.classes else ""
    return f"{task.target!r} of {bundle.rows_called} ({task.kind}{classes})"


def _nothing(bundle: Bundle) -> np.ndarray:
    return np.empty((0, len(bundle.task.classes))) if bundle.task.kind.is_classification else np.empty(0)


def _former(ledger: Ledger, deployment: Deployment) -> str:
    before = [change.before for change in ledger.deployments.history(deployment.name) if change.before is not None and change.after == deployment.champion]
    if not before:
        raise SettingInvalid(f"A rollback needs a champion before the present one, but {deployment.name!r} had none. Name a bundle.")
    return before[-1]


def _close_alarms(ledger: Ledger, before: Deployment, *, why: str) -> None:
    for alarm in ledger.alarms.open(before.name):
        if alarm.bundle == before.champion:
            ledger.alarms.close(alarm.id, why)
