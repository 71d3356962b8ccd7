"""luthier evaluate: a saved model judged on rows or images whose truth is known."""

from __future__ import annotations

from luthier.cli.options import Cost, Data, Debug, Json, Model
from luthier.cli.output import print_evaluation, print_json


def evaluate(model: Model, data: Data, *, cost: Cost = None, json: Json = False, debug: Debug = False) -> None:
    """Judge a model on rows that have the target column, or on a folder of class folders of images, with intervals."""
    from luthier.bundle import Bundle
    from luthier.workflows.evaluate import evaluate as run

    bundle = Bundle.load(model)
    evaluation = run(bundle, data, cost=cost)
    if json:
        print_json(evaluation.to_json())
    else:
        print_evaluation(evaluation, rows_called=bundle.rows_called)
