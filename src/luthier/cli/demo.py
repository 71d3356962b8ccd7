"""luthier demo: a fit of something that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, Force, Json
from luthier.cli.output import print_fit
from luthier.cli.progress import listening
from luthier.core.clock import process_started

NAMES = "health: six diagnoses from 29 thyroid measurements. retail: ten kinds of products from their pictures."


def demo(
    name: Annotated[str, typer.Argument(metavar="NAME", help=NAMES)] = "health",
    *,
    full: Annotated[bool, typer.Option("--full", help="retail: all 70,000 pictures, of the Debian package dataset-fashion-mnist.")] = False,
    budget: Annotated[
        str | None, typer.Option(help="Time from the start to the written report.", show_default="2m health, 3m retail, 5m retail --full")
    ] = None,
    work: Annotated[str | None, typer.Option(help="Training rows to look at, instead of a time.")] = None,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the model.", show_default="luthier-demo-NAME")] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fit a table or pictures that come with Luthier, to see what a fit does and what its report looks like."""
    from luthier.workflows.demo import demo as run

    with listening() as listener:
        result = run(name, full=full, budget=budget, work=work, seed=seed, out=out, force=force, listener=listener, started=process_started())
    print_fit(result, json=json)
