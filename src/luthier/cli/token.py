"""luthier token: who may ask a service, and for what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from luthier.cli.options import Debug, Json, LedgerUrl
from luthier.cli.output import print_facts, print_json


class Scope(StrEnum):
    """What a token opens."""

    PREDICT = "predict"
    LABEL = "label"
    PROMOTE = "promote"


def token(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="What the token is called in the record.")],
    *,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it opens; may be given several times.", show_default="predict")] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Let it open nothing any more.")] = False,
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a token and print its secret, once; the ledger keeps a hash of it."""
    from luthier.ledger import Ledger, ledger_in_use

    with Ledger.open(ledger_in_use(ledger) if revoke else ledger) as opened:
        if revoke:
            opened.tokens.revoke(name)
            facts = {"revoked": name}
        else:
            scopes = [one.value for one in scope or [Scope.PREDICT]]
            facts = {"name": name, "scopes": ", ".join(scopes), "secret": opened.tokens.create(name, scopes)}
    if json:
        print_json(facts)
    else:
        print_facts({label.capitalize(): value for label, value in facts.items()})
