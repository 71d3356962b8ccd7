"""luthier show: what a saved model is."""

from __future__ import annotations

from luthier.cli.options import Debug, Json, Model
from luthier.cli.output import print_json, print_record, print_summary


def show(model: Model, *, json: Json = False, debug: Debug = False) -> None:
    """Print what a model predicts, from which columns, and how well."""
    from luthier.workflows.show import show as run

    record = run(model)
    if json:
        print_json(record.to_json())
        return
    print_summary(record)
    print_record(record)
