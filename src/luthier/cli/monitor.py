"""luthier monitor: whether a model in use is still in tune."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from luthier.cli.options import Debug, Force, Json, LedgerUrl
from luthier.cli.service_output import print_closed, print_examination, print_self_test, print_turn

if TYPE_CHECKING:
    from luthier.ledger import Ledger
    from luthier.workflows.tending import Retrainer, Turn

CHANGED = 3
"Exit code where something changed, or where alarms should not be switched on."


def monitor(
    deployment: Annotated[str | None, typer.Argument(metavar="DEPLOYMENT", show_default=False, help="Name under which a model answers.")] = None,
    *,
    reference: Annotated[Path | None, typer.Option(metavar="FILE", help="Compare two tables instead: rows as they should be.")] = None,
    current: Annotated[Path | None, typer.Option(metavar="FILE", help="Compare two tables instead: rows to look at.")] = None,
    leave_out: Annotated[list[str] | None, typer.Option(metavar="COL", help="With two tables: a column that is not compared.")] = None,
    self_test: Annotated[bool, typer.Option("--self-test", help="How often would it raise an alarm where nothing changed?")] = False,
    every: Annotated[str | None, typer.Option(help="Go on until Ctrl-C, a pass every so often: 10m, 1h.")] = None,
    retrain: Annotated[bool, typer.Option("--retrain", help="Train a challenger where an alarm calls for one, and promote it on evidence.")] = False,
    budget: Annotated[str, typer.Option(help="Time for a challenger.")] = "2m",
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Post new alarms there, as JSON.")] = None,
    on_alarm: Annotated[str | None, typer.Option(metavar="COMMAND", help="Run this with new alarms on its standard input, as JSON.")] = None,
    close: Annotated[int | None, typer.Option(metavar="N", help="Close an alarm that somebody has looked at.")] = None,
    why: Annotated[str, typer.Option(help="With --close: why, for the record.")] = "looked at",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the pass as a page.")] = None,
    force: Force = False,
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Look for drift, odd cells and falling quality in what a deployment answered since the last pass; or compare two tables.

    Ends with exit code 3 where something changed, or where the self-test says that alarms would be false.
    """
    if (deployment is None) == (reference is None and current is None):
        raise typer.BadParameter("Name a DEPLOYMENT, or give two tables with --reference and --current.")
    if deployment is None:
        _compare(reference, current, leave_out or [], out, force=force, json=json)
        return
    if every is not None and out is not None:
        raise typer.BadParameter("A page is of one pass: leave --out or --every out.")
    from luthier.ledger import Ledger, ledger_in_use

    with Ledger.open(ledger_in_use(ledger)) as opened:
        if close is not None:
            print_closed(opened.alarms.close(close, why), json=json)
        elif self_test:
            _self_test(opened, deployment, json=json)
        elif every is not None:
            _keep_watching(_turn(opened, deployment, budget if retrain else None, webhook, on_alarm), every, json=json)
        else:
            _watch(_turn(opened, deployment, budget if retrain else None, webhook, on_alarm), out, force=force, json=json)


def _turn(opened: Ledger, deployment: str, budget: str | None, webhook: str | None, command: str | None) -> Callable[[], Turn]:
    from luthier.workflows.monitoring import watch_once
    from luthier.workflows.notices import Receivers

    receivers = Receivers(webhook=webhook, command=command)
    retrainer = None if budget is None else _retrainer(opened, deployment, budget)
    return partial(watch_once, opened, deployment, retrainer=retrainer, receivers=receivers)


def _retrainer(opened: Ledger, deployment: str, budget: str) -> Retrainer:
    from luthier.workflows.retraining import retrain
    from luthier.workflows.tending import WHO

    return lambda why: retrain(opened, deployment, budget=budget, promote=True, who=WHO, why=why)


def _keep_watching(turn: Callable[[], Turn], every: str, *, json: bool) -> None:
    from luthier.workflows.monitoring import keep_watching

    try:
        keep_watching(turn, every=every, tell=partial(print_turn, json=json), complain=lambda text: typer.echo(f"Error: {text}", err=True))
    except KeyboardInterrupt:  # what ends it
        typer.echo("Stopped at your request.", err=True)


def _watch(turn: Callable[[], Turn], out: Path | None, *, force: bool, json: bool) -> None:
    from luthier.core.files import refuse_existing

    if out is not None:
        refuse_existing(out, force=force)
    done = turn()
    print_turn(done, json=json)
    if out is not None and done.watch.examination is not None:
        _write_page(done.watch.examination.to_json(), out, title=done.watch.deployment.name)
    if done.watch.alerts:
        raise typer.Exit(CHANGED)


def _self_test(opened: Ledger, deployment: str, *, json: bool) -> None:
    from luthier.workflows.monitoring import prove

    test = prove(opened, deployment)
    print_self_test(test, json=json)
    if not test.switched_on:
        raise typer.Exit(CHANGED)


def _compare(reference: Path | None, current: Path | None, leave_out: list[str], out: Path | None, *, force: bool, json: bool) -> None:
    if reference is None or current is None:
        raise typer.BadParameter("A comparison needs both --reference and --current.")
    from luthier.core.files import refuse_existing
    from luthier.workflows.comparing import compare_tables

    if out is not None:
        refuse_existing(out, force=force)
    examination = compare_tables(reference, current, leave_out=leave_out)
    print_examination(examination, json=json)
    if out is not None:
        _write_page(examination.to_json(), out, title=f"{current.name} beside {reference.name}")
    if examination.alarms:
        raise typer.Exit(CHANGED)


def _write_page(record: dict[str, object], out: Path, *, title: str) -> None:
    from luthier.core.files import whole_file
    from luthier.web import render_examination

    with whole_file(out) as temporary:
        temporary.write_text(render_examination(record, title=title), encoding="utf-8")
