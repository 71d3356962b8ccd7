"""Retraining: old rows and the new ones whose labels came back make a challenger, judged on the newest, which it never saw."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from luthier.bundle import Bundle
from luthier.core.listener import Listener, Silent
from luthier.data import Source
from luthier.evaluate import PromotionEvidence
from luthier.ledger import Deployment, Ledger
from luthier.workflows.fit import fit
from luthier.workflows.image_lesson import image_lesson
from luthier.workflows.lesson import Lesson
from luthier.workflows.policy import Policy
from luthier.workflows.promoting import promote_on
from luthier.workflows.result import FitResult
from luthier.workflows.source import inherited_source
from luthier.workflows.table_lesson import table_lesson


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraining:
    """One retraining: what was learned from, what came out, and whether it was promoted."""

    deployment: Deployment
    "As it stands afterwards."
    lesson: Lesson
    result: FitResult | None
    "None of a dry run."
    challenger: str | None
    "Hash of the stored challenger."
    evidence: PromotionEvidence | None
    "Champion against challenger, on the same newest rows."
    promoted: bool = False


def retrain(
    ledger: Ledger,
    name: str,
    data: Source | None = None,
    *,
    budget: str | float = "2m",
    work: str | int | None = None,
    only_new: bool = False,
    promote: bool = False,
    margin: float | None = None,
    out: str | Path | None = None,
    seed: int = 0,
    who: str | None = None,
    why: str = "asked for",
    dry_run: bool = False,
    listener: Listener | None = None,
    started: float | None = None,
) -> Retraining:
    """Train a challenger on the champion's table and the rows labeled since, and judge both on the newest of these.

    The challenger answers in the champion's shadow from then on; with `promote` it takes the champion's place if the evidence carries it.

    Args:
        data: the old rows; None takes the table that the champion was fitted on, where it still stands as it was.
        only_new: learn from labeled rows of use alone: where the old ones say what is no longer true.
        margin: gain that the lower bound must exceed; None goes by the deployment's policy.
        dry_run: say what would be learned from, and do nothing.

    Raises:
        TooFewRows: too few labels came back.
        DataUnreadable: the old rows are not there any more.
    """
    listener = listener or Silent()
    deployment = ledger.deployments.get(name)
    champion = Bundle.load(ledger.bundles.fetch(deployment.champion))
    rules = Policy.of(deployment).rules_with(margin)
    with _lesson(ledger, deployment, champion, data, only_new=only_new) as lesson:
        _tell(lesson, champion, listener)
        if dry_run:
            return Retraining(deployment=deployment, lesson=lesson, result=None, challenger=None, evidence=None)
        result = fit(
            lesson.source,
            target=champion.task.target if champion.manifest.pixels is None else None,
            metric=champion.task.metric or None,
            called=f"{name}, with rows of use",
            budget=budget,
            work=work,
            seed=seed,
            out=out or _free_folder(name),
            ledger=ledger,
            listener=listener,
            started=started,
            **lesson.settings,
        )
        evidence = lesson.judge(champion, result.bundle, rules)
    listener.say(evidence.sentence)
    stored = ledger.bundles.keep(result.path)
    if stored.run is not None:
        facts = {"deployment": name, "why": why, "learned_until": lesson.learned_until, "evidence": evidence.to_json()}
        ledger.runs.end(stored.run, state="done", facts={**facts, **inherited_source(ledger, deployment.champion, data)})
    deployment = ledger.deployments.shadow(name, expected_version=ledger.deployments.get(name).version, challenger=stored.hash)
    promoted = promote and evidence.accepted
    if promoted:
        deployment = promote_on(ledger, deployment, stored.hash, evidence, who=who, why=why)
    return Retraining(deployment=deployment, lesson=lesson, result=result, challenger=stored.hash, evidence=evidence, promoted=promoted)


def _lesson(ledger: Ledger, deployment: Deployment, champion: Bundle, data: Source | None, *, only_new: bool) -> AbstractContextManager[Lesson]:
    if champion.manifest.pixels is not None:
        return image_lesson(ledger, deployment, champion, data, only_new=only_new)
    return nullcontext(table_lesson(ledger, deployment, champion, data, only_new=only_new))


def _tell(lesson: Lesson, champion: Bundle, listener: Listener) -> None:
    called = champion.rows_called
    judging = f"{lesson.new:,} labeled {called} of use, the newest {lesson.sealed:,} of them sealed to judge by"
    listener.say(f"{judging}, and {lesson.old:,} {called} of the champion's own data.")
    for event in lesson.events:
        listener.say(event.what)


def _free_folder(name: str) -> Path:
    names = (Path(f"{name}-challenger-{number}.luthier") for number in range(1, 100_000))
    return next(folder for folder in names if not folder.exists())
