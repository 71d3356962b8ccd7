"""luthier rollback: the champion before comes back."""

from __future__ import annotations

from typing import Annotated

import typer

from luthier.cli.options import Debug, DeploymentName, DryRun, Json, LedgerUrl, Who, Why
from luthier.cli.service_output import print_decision


def rollback(
    deployment: DeploymentName,
    to: Annotated[str | None, typer.Argument(metavar="BUNDLE", show_default=False, help="Hash of a stored bundle; without it the champion before.")] = None,
    *,
    only_proven: Annotated[bool, typer.Option("--only-proven", help="Only if the champion is proven worse than the one before it.")] = False,
    dry_run: DryRun = False,
    who: Who = None,
    why: Why = "asked for",
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Give a deployment back to its former champion."""
    from luthier.ledger import Ledger, ledger_in_use
    from luthier.workflows.promoting import rollback as run

    with Ledger.open(ledger_in_use(ledger)) as opened:
        rolled = run(opened, deployment, to, who=who, why=why, only_proven=only_proven, dry_run=dry_run)
    print_decision(rolled, json=json)
