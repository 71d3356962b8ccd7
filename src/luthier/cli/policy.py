"""luthier policy: what a deployment's monitor may cost, what a challenger has to show, and when to act."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from luthier.cli.options import Debug, DeploymentName, Json, LedgerUrl
from luthier.cli.output import print_facts, print_json


def policy(
    deployment: DeploymentName,
    choices: Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE", show_default=False, help="What is to change, such as margin=0.01.")] = None,
    *,
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the policy of a deployment, or change some of it."""
    from luthier.ledger import Ledger, ledger_in_use
    from luthier.workflows.policy import set_policy

    with Ledger.open(ledger_in_use(ledger)) as opened:
        chosen = asdict(set_policy(opened, deployment, choices or []))
    if json:
        print_json(chosen)
    else:
        print_facts({name: str(value) or "–" for name, value in chosen.items()})
