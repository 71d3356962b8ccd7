"""luthier report: where the report of a model lies."""

from __future__ import annotations

from typing import Annotated

import typer

from luthier.cli.options import Debug, Json, Model
from luthier.cli.output import print_json


def report(
    model: Model,
    *,
    open_page: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Print the path of a model's report, or show it."""
    from luthier.workflows.report import report as run

    page = run(model)
    if open_page:
        typer.launch(page.resolve().as_uri())
    if json:
        print_json({"report": str(page)})
    else:
        typer.echo(str(page))
