"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeAlias

import typer


def _remember(ctx: typer.Context, wanted: bool) -> None:
    ctx.find_root().obj = wanted


Data: TypeAlias = Annotated[
    Path, typer.Argument(metavar="DATA", show_default=False, help="Table (CSV, TSV, Parquet, JSON lines, Arrow), or a folder of images.")
]
Model: TypeAlias = Annotated[Path, typer.Argument(metavar="MODEL", show_default=False, help="Folder that a fit wrote.")]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Force: TypeAlias = Annotated[bool, typer.Option("--force", help="Replace what stands at --out.")]
Debug: TypeAlias = Annotated[bool, typer.Option("--debug", callback=_remember, expose_value=False, help="Show the traceback of an error.")]
LedgerUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--ledger", metavar="URL", help="Path or postgresql:// URL of the ledger.", show_default="$LUTHIER_LEDGER, or .luthier/ledger.db found upwards"
    ),
]
DeploymentName: TypeAlias = Annotated[str, typer.Argument(metavar="DEPLOYMENT", show_default=False, help="Name under which a model answers.")]
DryRun: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
Who: TypeAlias = Annotated[str | None, typer.Option(help="Who decides, for the record.", show_default="the user of this machine")]
Why: TypeAlias = Annotated[str, typer.Option(help="Why, for the record.")]
Cost: TypeAlias = Annotated[str | None, typer.Option(help="Costs of the two errors of a binary task, such as miss=10,false=1.")]


def parse_kinds(texts: Sequence[str]) -> dict[str, str]:
    """Column kinds from `COL=KIND` texts; the last = separates.

    Example:
        >>> parse_kinds(["zip=category", "a=b=numeric"])
        {'zip': 'category', 'a=b': 'numeric'}
    """
    kinds = {}
    for text in texts:
        column, separator, kind = text.rpartition("=")
        if not separator or not column or not kind:
            raise typer.BadParameter(f"--kind must look like COL=category, but {text!r} came.")
        kinds[column] = kind
    return kinds
