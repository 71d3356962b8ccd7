"""luthier predict: rows or images in, predictions out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Data, Debug, Force, Json, Model
from luthier.cli.output import print_json


def predict(
    model: Model,
    data: Data,
    *,
    proba: Annotated[bool, typer.Option("--proba", help="Also the probability of each class.")] = False,
    out: Annotated[Path | None, typer.Option(help="File to write: .parquet, .csv, .tsv, .jsonl or .arrow; without it CSV goes to stdout.")] = None,
    force: Force = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Predict the rows of a table, or the images of a folder, in their order; a regression also gives lower and upper ends."""
    from luthier.workflows.predict import predict as run

    predictions = run(model, data, proba=proba, out=out, force=force)
    if out is not None:
        typer.echo(f"{predictions.height:,} predictions were written to {out}.", err=True)
    if json:
        print_json(predictions.to_dicts() if out is None else {"rows": predictions.height, "out": str(out)})
    elif out is None:
        typer.echo(predictions.write_csv(), nl=False)
