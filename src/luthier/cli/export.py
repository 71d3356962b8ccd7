"""luthier export: the best network of a model as a script."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, Force, Json, Model
from luthier.cli.output import print_json


def export(
    model: Model,
    *,
    to: Annotated[str, typer.Option(help="python: a plain PyTorch script that trains the heaviest network anew.")] = "python",
    out: Annotated[Path | None, typer.Option(help="File to write; without it the script goes to stdout.")] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the winning recipe of a model as a short script that needs no Luthier."""
    from luthier.workflows.export import export as run

    script = run(model, to=to, out=out, force=force)
    if out is not None:
        typer.echo(f"The script was written to {out}. Run it: python {out} DATA", err=True)
    if json:
        print_json({"script": script} if out is None else {"out": str(out)})
    elif out is None:
        typer.echo(script, nl=False)
