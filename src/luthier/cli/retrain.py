"""luthier retrain: a challenger from old rows and from those whose labels came back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, DeploymentName, DryRun, Json, LedgerUrl, Who, Why
from luthier.cli.progress import listening
from luthier.cli.service_output import print_not_due, print_retraining
from luthier.core.clock import process_started


def retrain(
    deployment: DeploymentName,
    data: Annotated[
        Path | None, typer.Argument(metavar="DATA", show_default=False, help="The old rows; without it the table that the champion was fitted on.")
    ] = None,
    *,
    budget: Annotated[str, typer.Option(help="Time from the start to the written report: 90s, 5m, 1h.")] = "2m",
    work: Annotated[str | None, typer.Option(help="Training rows to look at, such as 2M, instead of a time.")] = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="Learn from the labeled rows of use alone.")] = False,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only where an open alarm or the policy's schedule calls for it; else it says why not, and ends well.")
    ] = False,
    promote: Annotated[bool, typer.Option("--promote", help="Promote the challenger if the evidence carries it.")] = False,
    margin: Annotated[float | None, typer.Option(help="Mean gain per row that must surely be exceeded.", show_default="the deployment's policy, or 0")] = None,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the challenger.", show_default="DEPLOYMENT-challenger-1.luthier")] = None,
    dry_run: DryRun = False,
    who: Who = None,
    why: Why = "asked for",
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Train a challenger, judge it beside the champion on the newest labeled rows, and let it answer in the shadow."""
    from luthier.ledger import Ledger, ledger_in_use

    with Ledger.open(ledger_in_use(ledger)) as opened, listening() as listener:
        if if_due:
            from luthier.workflows.triggers import due

            called = due(opened, deployment)
            if not called.is_due:
                print_not_due(called, json=json)
                return
            why = called.why
        from luthier.workflows.retraining import retrain as run

        retraining = run(
            opened, deployment, data, budget=budget, work=work, only_new=only_new, promote=promote, margin=margin, seed=seed, out=out, who=who, why=why,
            dry_run=dry_run, listener=listener, started=process_started(),
        )  # fmt: skip
    print_retraining(retraining, json=json)
