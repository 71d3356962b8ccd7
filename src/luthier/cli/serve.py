"""luthier serve: a model answers over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from luthier.cli.options import Debug, LedgerUrl


def serve(
    model: Annotated[str, typer.Argument(metavar="MODEL", show_default=False, help="Folder that a fit wrote, a stored bundle's hash, or a deployment.")],
    *,
    name: Annotated[str | None, typer.Option(help="Name of the deployment; without it the folder's.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; any but this machine's own needs tokens.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port; 0 takes a free one.")] = 8000,
    durable: Annotated[bool, typer.Option("--durable", help="Reply only once the answer is on the disk.")] = False,
    token: Annotated[bool | None, typer.Option("--token/--no-token", help="Whether requests need a token.", show_default="only beyond this machine")] = None,
    ledger: LedgerUrl = None,
    debug: Debug = False,
) -> None:
    """Answer requests, and keep what was answered.

    Speaks JSON at /v1/predict, the Open Inference Protocol v2 at /v2, and MLflow's /invocations; pages at /.
    """
    from luthier.serve import ServeSettings
    from luthier.web import routes
    from luthier.workflows.serving import serve as run

    settings = ServeSettings(host=host, port=port, durable=durable, token_required=token)
    run(model, name=name, ledger=ledger, settings=settings, pages=lambda opened: [routes(opened)], announce=lambda text: typer.echo(text, err=True))
