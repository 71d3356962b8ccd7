"""evaluate: a saved model judged on rows whose truth is known."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from luthier.bundle import Bundle
from luthier.core.errors import ColumnMissing, TooFewRows
from luthier.data import Source, read_table, target_values, typed_frame
from luthier.evaluate import Costs, Evaluation, parse_costs, require_two_classes
from luthier.evaluate import evaluate as evaluate_predictions


def evaluate(model: str | Path | Bundle, data: Source, *, cost: str | None = None) -> Evaluation:
    """Judge a model on a table that has the target column; rows without a target are left out.

    Args:
        cost: costs of the two errors of a binary task, such as `miss=10,false=1`; None is as the model was fitted.
    """
    bundle = model if isinstance(model, Bundle) else Bundle.load(model)
    frame = read_table(data, target=bundle.task.target)
    if bundle.task.target not in frame.columns:
        raise ColumnMissing(bundle.task.target, frame.columns, purpose="is the target")
    known = frame.filter(pl.col(bundle.task.target).is_not_null())
    if known.height < 2:
        raise TooFewRows(f"Judging needs at least 2 rows with a value in {bundle.task.target!r}, but the table has {known.height}. Add rows.")
    predictions = bundle.predict_typed(typed_frame(known, bundle.schema))
    return evaluate_predictions(bundle.task, target_values(known[bundle.task.target], bundle.task), predictions, costs=_costs(bundle, cost))


def _costs(bundle: Bundle, cost: str | None) -> Costs | None:
    if cost is not None:
        require_two_classes(bundle.task)
        return parse_costs(cost)
    threshold = bundle.manifest.calibration.decision_threshold
    return Costs(miss=1 - threshold, false=threshold) if threshold is not None else None
