"""luthier demo: a fit of something that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, Force, Json
from luthier.cli.output import print_fit
from luthier.cli.progress import listening
from luthier.cli.service_output import print_live_demo
from luthier.core.clock import process_started

NAMES = "health: six diagnoses from 29 thyroid measurements. retail: ten kinds of products from their pictures."


def demo(
    name: Annotated[str, typer.Argument(metavar="NAME", help=NAMES)] = "health",
    *,
    full: Annotated[bool, typer.Option("--full", help="retail: all 70,000 pictures, of the Debian package dataset-fashion-mnist.")] = False,
    live: Annotated[bool, typer.Option("--live", help="health: serve the model, let it drift, and see it noticed, retrained and promoted.")] = False,
    port: Annotated[int, typer.Option(help="With --live: TCP port of the service; 0 takes a free one.")] = 8000,
    budget: Annotated[
        str | None, typer.Option(help="Time from the start to the written report.", show_default="2m health, 5m retail, 10m retail --full, 60s --live")
    ] = None,
    work: Annotated[str | None, typer.Option(help="Training rows to look at, instead of a time.")] = None,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the model.", show_default="luthier-demo-NAME")] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fit a table or pictures that come with Luthier, to see what a fit does and what its report looks like."""
    if live:
        _live(name, out=out, budget=budget, port=port, seed=seed, force=force, json=json)
        return
    from luthier.ledger import ledger_for_runs
    from luthier.workflows.demo import demo as run

    with listening() as listener:
        result = run(
            name, full=full, budget=budget, work=work, seed=seed, out=out, force=force, ledger=ledger_for_runs(), listener=listener, started=process_started()
        )
    print_fit(result, json=json)


def _live(name: str, *, out: Path | None, budget: str | None, port: int, seed: int, force: bool, json: bool) -> None:
    if name != "health":
        raise typer.BadParameter(f"--live is for health, but {name!r} came.")
    from luthier.web import routes
    from luthier.workflows.live_demo import BUDGET, live_demo

    folder = out or Path("luthier-demo-health-live")
    with listening() as listener:
        told = live_demo(out=folder, budget=budget or BUDGET, port=port, seed=seed, force=force, pages=lambda ledger: [routes(ledger)], listener=listener)
    print_live_demo(told, json=json)
