"""luthier demo: a fit on a table that comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, Force, Json
from luthier.cli.output import print_fit
from luthier.cli.progress import listening
from luthier.core.clock import process_started


def demo(
    name: Annotated[str, typer.Argument(metavar="NAME", help="health: six diagnoses from 29 thyroid measurements.")] = "health",
    *,
    budget: Annotated[str, typer.Option(help="Time from the start to the written report.")] = "2m",
    work: Annotated[str | None, typer.Option(help="Training rows to look at, instead of a time.")] = None,
    seed: Annotated[int, typer.Option(help="Starts every random number.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the model.", show_default="luthier-demo-NAME")] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Fit a table that comes with Luthier, to see what a fit does and what its report looks like."""
    from luthier.workflows.demo import demo as run

    with listening() as listener:
        result = run(name, budget=budget, work=work, seed=seed, out=out, force=force, listener=listener, started=process_started())
    print_fit(result, json=json)
