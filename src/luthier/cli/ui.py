"""luthier ui: the pages of a ledger in the browser."""

from __future__ import annotations

from typing import Annotated

import typer

from luthier.cli.options import Debug, LedgerUrl


def ui(
    *,
    host: Annotated[str, typer.Option(help="Address of this machine to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="TCP port; 0 takes a free one.")] = 8001,
    ledger: LedgerUrl = None,
    open_page: Annotated[bool, typer.Option("--open", help="Show them in the browser.")] = False,
    debug: Debug = False,
) -> None:
    """Show deployments, traffic, quality, alarms, promotions and runs as pages, until Ctrl-C."""
    from luthier.web import serve_pages

    def announce(address: str) -> None:
        typer.echo(f"The pages are at {address}", err=True)
        if open_page:
            typer.launch(address)

    serve_pages(host=host, port=port, ledger=ledger, announce=announce)
