"""luthier label: what came true, brought back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from luthier.cli.options import Debug, DeploymentName, Json, LedgerUrl
from luthier.cli.output import print_facts, print_json


def label(
    deployment: DeploymentName,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="Table with prediction_id, label and perhaps observed_at.")],
    *,
    id_column: Annotated[str, typer.Option(metavar="COL", help="Column with the ids that the service gave back.")] = "prediction_id",
    label_column: Annotated[str, typer.Option(metavar="COL", help="Column with the truth.")] = "label",
    ledger: LedgerUrl = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Add the true classes or numbers of predictions; repeats change nothing, corrections are new facts."""
    from luthier.ledger import Ledger, ledger_in_use
    from luthier.workflows.labeling import add_labels

    with Ledger.open(ledger_in_use(ledger)) as opened:
        receipt = add_labels(opened, deployment, file, by=file.name, id_column=id_column, label_column=label_column)
    facts = {"new": receipt.new, "repeated": receipt.repeated, "without a prediction yet": receipt.unknown}
    if json:
        print_json({"new": receipt.new, "repeated": receipt.repeated, "unknown": receipt.unknown})
        return
    print_facts({name.capitalize(): f"{count:,}" for name, count in facts.items()})
