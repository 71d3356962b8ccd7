"""What the commands of a model in use print: passes, decisions, retrainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from luthier.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from luthier.ledger import Alarm
    from luthier.monitor import Alert, Examination, SelfTest
    from luthier.workflows.live_demo import LiveDemo
    from luthier.workflows.promoting import Promoted
    from luthier.workflows.retraining import Retraining
    from luthier.workflows.tending import Turn
    from luthier.workflows.triggers import Due

HASH_LETTERS = 12
"Letters of a bundle's hash that are shown."


def print_decision(promoted: Promoted, *, json: bool) -> None:
    """The evidence, and whether anything was changed."""
    deployment, evidence = promoted.deployment, promoted.evidence
    if json:
        plain = evidence.to_json() if evidence is not None else None
        print_json(
            {
                "deployment": deployment.name,
                "version": deployment.version,
                "champion": deployment.champion,
                "to": promoted.to,
                "changed": promoted.changed,
                "evidence": plain,
            }
        )
        return
    if evidence is not None:
        typer.echo(evidence.sentence)
    for reason in getattr(evidence, "reasons", ()):
        typer.echo(f"Note: {reason}")
    changed = "yes" if promoted.changed else f"no; it would be {promoted.to[:HASH_LETTERS]}"
    print_facts({"Changed": changed, "Champion": deployment.champion[:HASH_LETTERS], "Version": str(deployment.version)})


def print_retraining(retraining: Retraining, *, json: bool) -> None:
    """What was learned from, what came out, and whether it was promoted."""
    lesson, evidence, deployment = retraining.lesson, retraining.evidence, retraining.deployment
    if json:
        counts = {"old_rows": lesson.old, "new_rows": lesson.new, "sealed_rows": lesson.sealed}
        judged = {"challenger": retraining.challenger, "evidence": evidence.to_json() if evidence is not None else None, "promoted": retraining.promoted}
        print_json({"deployment": deployment.name, "version": deployment.version, "champion": deployment.champion} | counts | judged)
        return
    for reason in evidence.reasons if evidence is not None else ():
        typer.echo(f"Note: {reason}")
    facts = {"Learned from": f"{lesson.old:,} old and {lesson.new - lesson.sealed:,} new rows", "Judged on": f"the newest {lesson.sealed:,} rows"}
    if retraining.challenger is not None:
        facts |= {"Challenger": retraining.challenger[:HASH_LETTERS], "Promoted": "yes" if retraining.promoted else "no"}
    if retraining.challenger is not None and not retraining.promoted:
        facts["Next"] = f"it answers in the shadow; luthier promote {deployment.name}"
    print_facts(facts)


def print_not_due(called: Due, *, json: bool) -> None:
    """Why nothing was trained."""
    if json:
        print_json({"due": False, "why": called.why})
    else:
        typer.echo(f"Nothing was trained: {called.why}")


def print_examination(examination: Examination, *, json: bool) -> None:
    """What one pass saw: the alarms, then what quality and notes say."""
    if json:
        print_json(examination.to_json())
        return
    typer.echo(examination.sentence)
    _print_alerts(examination.alarms)
    for quality in (examination.realised, examination.estimated):
        if quality is not None:
            typer.echo(f"\n{quality['sentence']}")
    for note in examination.notes:
        typer.echo(f"Note: {note}")


def print_self_test(test: SelfTest, *, json: bool) -> None:
    """How often the monitor cries wolf on the user's own reference."""
    if json:
        print_json(test.to_json())
    else:
        typer.echo(test.sentence)


def print_turn(turn: Turn, *, json: bool) -> None:
    """A pass, and what it led to."""
    if json:
        print_json(_turn_facts(turn))
        return
    watch = turn.watch
    if watch.examination is not None:
        print_examination(watch.examination, json=False)
    else:
        typer.echo(watch.sentence)
        _print_alerts(watch.alerts)
    if watch.open:
        typer.echo(f"\nOpen alarms: {', '.join(f'{alarm.id} ({alarm.subject})' for alarm in watch.open)}")
        typer.echo(f"Looked at: luthier monitor {watch.deployment.name} --close {watch.open[0].id} --why REASON")
    if turn.rolled_back is not None and turn.rolled_back.evidence is not None:
        typer.echo(f"Rolled back to {turn.rolled_back.deployment.champion[:HASH_LETTERS]}: {turn.rolled_back.evidence.sentence}")
    if turn.retraining is not None:
        print_retraining(turn.retraining, json=False)
    for problem in turn.problems:
        typer.echo(f"Note: {problem}", err=True)


def print_closed(alarm: Alarm, *, json: bool) -> None:
    """An alarm that somebody has looked at."""
    if json:
        print_json({"closed": alarm.id, "deployment": alarm.deployment, "subject": alarm.subject, "why": alarm.closed_why})
    else:
        typer.echo(f"Alarm {alarm.id} of {alarm.deployment} ({alarm.subject}) is closed: {alarm.closed_why}")


def _print_alerts(alerts: tuple[Alert, ...]) -> None:
    for alert in alerts:
        typer.echo(f"\n{alert.kind}: {alert.text}\n  {alert.remedy}")


def _turn_facts(turn: Turn) -> dict[str, Any]:
    watch = turn.watch
    return {
        "deployment": watch.deployment.name,
        "rows": watch.rows,
        "examination": watch.examination.to_json() if watch.examination is not None else None,
        "realised": watch.realised.to_json() if watch.realised is not None else None,
        "new_alarms": [alarm.id for alarm in watch.raised],
        "open_alarms": [alarm.id for alarm in watch.open],
        "rolled_back": turn.rolled_back is not None,
        "challenger": turn.retraining.challenger if turn.retraining is not None else None,
        "promoted": turn.retraining.promoted if turn.retraining is not None else False,
        "problems": list(turn.problems),
    }


def print_live_demo(told: LiveDemo, *, json: bool) -> None:
    """What the weeks came to, and where their record is."""
    before, during, after = told.losses
    deployment = told.retraining.deployment
    if json:
        losses = {"log_loss_before": before, "log_loss_in_the_drift": during, "log_loss_after": after}
        print_json({"ledger": str(told.ledger), "version": deployment.version, "promoted": told.retraining.promoted} | losses)
        return
    print_facts(
        {
            "Log-loss": f"{before:.3f} before, {during:.3f} in the injected drift, {after:.3f} since the promotion",
            "Champion": f"{deployment.champion[:HASH_LETTERS]}, version {deployment.version}",
            "Pages": f"luthier ui --ledger {told.ledger}",
            "Alarms": f"luthier monitor {deployment.name} --ledger {told.ledger} --self-test",
        }
    )
