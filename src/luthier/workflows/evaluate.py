"""evaluate: a saved model judged on rows or images whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from luthier.bundle import Bundle
from luthier.core.errors import ColumnMissing, DataUnreadable, TargetUnusable, TooFewRows
from luthier.core.task import Task
from luthier.data import Source, read_table, target_values, typed_frame
from luthier.data.cells import as_text
from luthier.data.images import Listing, read_listing
from luthier.evaluate import Costs, Evaluation, parse_costs, require_two_classes
from luthier.evaluate import evaluate as evaluate_predictions


def evaluate(model: str | Path | Bundle, data: Source, *, cost: str | None = None) -> Evaluation:
    """Judge a model on a table that has the target column; rows without a target are left out.

    A model of images is judged on a folder of class folders, on idx files, or on a table with the target and a column of
    images. Where the source sets rows apart for the test (`train/` and `test/`), it is judged on those alone.

    Args:
        cost: costs of the two errors of a binary task, such as `miss=10,false=1`; None is as the model was fitted.
    """
    bundle = model if isinstance(model, Bundle) else Bundle.load(model)
    truth, predictions = _of_table(bundle, data) if bundle.manifest.pixels is None else _of_images(bundle, data)
    return evaluate_predictions(bundle.task, truth, predictions, costs=_costs(bundle, cost))


def _of_table(bundle: Bundle, data: Source) -> tuple[np.ndarray, np.ndarray]:
    target = bundle.task.target
    frame = read_table(data, target=target)
    if target not in frame.columns:
        raise ColumnMissing(target, frame.columns, purpose="is the target")
    known = frame.filter(pl.col(target).is_not_null())
    if known.height < 2:
        raise TooFewRows(f"Judging needs at least 2 rows with a value in {target!r}, but the table has {known.height}. Add rows.")
    return target_values(known[target], bundle.task), bundle.predict_typed(typed_frame(known, bundle.schema))


def _of_images(bundle: Bundle, data: Source) -> tuple[np.ndarray, np.ndarray]:
    listing = read_listing(data, target=bundle.task.target)
    judged = np.flatnonzero(listing.sealed) if listing.sealed is not None else np.arange(len(listing.references))
    _refuse_too_few(listing, len(judged))
    labels, references = listing.labels[judged], [listing.references[row] for row in judged]
    _refuse_other_classes(labels, bundle.task)
    predictions = bundle.predict_proba(references) if bundle.task.kind.is_classification else bundle.predict(references)
    return target_values(labels, bundle.task), predictions


def _refuse_too_few(listing: Listing, judged: int) -> None:
    if listing.missing:
        raise DataUnreadable(
            f"Judging needs every image, but in {len(listing.missing):,} of the rows of {listing.name!r} the path leads to no file "
            f"(first: {listing.missing[0]!r}). Correct these paths, or remove their rows."
        )
    if judged < 2:
        raise TooFewRows(f"Judging needs at least 2 images with a label, but {listing.name!r} has {judged}. Add images.")


def _refuse_other_classes(labels: pl.Series, task: Task) -> None:
    if task.kind.is_classification and (others := sorted(set(as_text(labels)) - set(task.classes))):
        raise TargetUnusable(
            f"Images must be of the classes that the model knows, {', '.join(task.classes[:12])}, but some are labeled {', '.join(map(repr, others[:5]))}. "
            "Rename these classes, or leave their images out."
        )


def _costs(bundle: Bundle, cost: str | None) -> Costs | None:
    if cost is not None:
        require_two_classes(bundle.task)
        return parse_costs(cost)
    threshold = bundle.manifest.calibration.decision_threshold
    return Costs(miss=1 - threshold, false=threshold) if threshold is not None else None
