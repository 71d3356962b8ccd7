"""luthier promote: a challenger takes the champion's place, on evidence."""

from __future__ import annotations

from typing import Annotated

import typer

from luthier.cli.options import Debug, DeploymentName, DryRun, Json, LedgerUrl, Who, Why
from luthier.cli.service_output import print_decision


def promote(
    deployment: DeploymentName,
    challenger: Annotated[
        str | None, typer.Argument(metavar="BUNDLE", show_default=False, help="Hash of a stored bundle; without it the one in the shadow.")
    ] = None,
    *,
    margin: Annotated[float | None, typer.Option(help="Mean gain per row that must surely be exceeded.", show_default="the deployment's policy, or 0")] = None,
    force: Annotated[bool, typer.Option("--force", help="Promote against the evidence; the record says so.")] = False,
    dry_run: DryRun = False,
    who: Who = None,
    why: Why = "the evidence",
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a challenger the champion if it is surely better on the same labeled rows, and nowhere much worse."""
    from luthier.ledger import Ledger, ledger_in_use
    from luthier.workflows.promoting import promote as run

    with Ledger.open(ledger_in_use(ledger)) as opened:
        promoted = run(opened, deployment, challenger, margin=margin, who=who, why=why, force=force, dry_run=dry_run)
    print_decision(promoted, json=json)
