"""luthier runs: what was fitted, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import typer

from luthier.cli.options import Debug, Json, LedgerUrl
from luthier.cli.run_output import print_comparison, print_runs

State: TypeAlias = Literal["running", "done", "interrupted", "failed"]


def runs(
    which: Annotated[list[str] | None, typer.Argument(metavar="RUN", show_default=False, help="Compare these: the first letters of their ids.")] = None,
    *,
    target: Annotated[str | None, typer.Option(help="Only those that predict this column.")] = None,
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = 20,
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """List the fits that the ledger knows, the newest first; or compare some of them."""
    from luthier.ledger import Ledger, ledger_in_use

    with Ledger.open(ledger_in_use(ledger)) as opened:
        if which:
            print_comparison([opened.runs.get(one) for one in which], json=json)
        else:
            print_runs(opened.runs.find(target=target, state=state, limit=limit), json=json)
