"""Labels brought back in bulk: a table of prediction ids and what came true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from luthier.bundle import read_manifest
from luthier.core.errors import ColumnMissing, ColumnUnusable, TargetUnusable
from luthier.core.task import Task
from luthier.data import Source, read_table
from luthier.data.cells import as_text
from luthier.ledger import Label, LabelReceipt, Ledger

ID, LABEL, OBSERVED = "prediction_id", "label", "observed_at"
BLOCK_ROWS = 10_000
"Labels that are written in one transaction."


def add_labels(ledger: Ledger, deployment: str, source: Source, *, by: str, id_column: str = ID, label_column: str = LABEL) -> LabelReceipt:
    """Read a table of labels and add what is new.

    A column `observed_at`, where there is one, says when each label was observed; else it was when the file was written, so that the
    same file changes nothing when it comes again. Labels may come before their prediction, twice, or corrected: each is a fact of its
    own, and the latest observed is in force.

    Args:
        by: where the labels come from, for the record.

    Raises:
        DeploymentMissing: nothing is deployed under that name.
        ColumnMissing, ColumnUnusable, TargetUnusable: the table cannot be used.
    """
    task = read_manifest(ledger.bundles.fetch(ledger.deployments.get(deployment).champion)).task
    frame = read_table(source, target=label_column, text=(id_column,))
    _require_whole(frame, {id_column: "says which prediction a label is for", label_column: "is the label"})
    received = ledger.now()
    rows = zip(as_text(frame[id_column]), label_texts(frame[label_column], task), _moments(frame, _written_at(source) or received), strict=True)
    facts = [Label(deployment=deployment, prediction_id=id_, label=label, observed_at=moment, received_at=received, source=by) for id_, label, moment in rows]
    receipts = [ledger.labels.add(facts[start : start + BLOCK_ROWS]) for start in range(0, len(facts), BLOCK_ROWS)]
    return LabelReceipt(new=sum(one.new for one in receipts), repeated=sum(one.repeated for one in receipts), unknown=sum(one.unknown for one in receipts))


def label_texts(values: pl.Series, task: Task) -> list[str]:
    """Labels as the ledger holds them: class names, or numbers as text.

    Raises:
        TargetUnusable: a label is none of the classes, or no number.
    """
    texts = as_text(values).to_list()
    if task.kind.is_classification:
        known = frozenset(task.classes)
        strange = [text for text in texts if text not in known]
        if strange:
            raise TargetUnusable(
                f"A label must be one of {', '.join(task.classes[:12])}, but {strange[0]!r} came ({len(strange):,} such rows). "
                "Correct it; a model that shall learn a new class has to be fitted anew."
            )
        return texts
    odd = ~values.cast(pl.Float64, strict=False).is_finite().fill_null(False)
    if odd.any():
        raise TargetUnusable(f"A label must be a number, but {texts[int(odd.arg_true()[0])]!r} came ({int(odd.sum()):,} such rows). Correct it.")
    return texts


def _require_whole(frame: pl.DataFrame, purposes: Mapping[str, str]) -> None:
    for column, purpose in purposes.items():
        if column not in frame.columns:
            raise ColumnMissing(column, frame.columns, purpose=purpose)
        if missing := frame[column].null_count():
            raise ColumnUnusable(f"Every row needs a value in {column!r}, but {missing:,} rows lack one. Remove these rows.", column=column)


def _written_at(source: Source) -> datetime | None:
    return datetime.fromtimestamp(Path(source).stat().st_mtime, UTC) if isinstance(source, str | Path) else None


def _moments(frame: pl.DataFrame, otherwise: datetime) -> list[datetime]:
    if OBSERVED not in frame.columns:
        return [otherwise] * frame.height
    values = frame[OBSERVED]
    if values.dtype == pl.String:
        values = values.str.to_datetime(time_zone="UTC", strict=False)
    elif values.dtype == pl.Date:
        values = values.cast(pl.Datetime("us", "UTC"))
    if not isinstance(values.dtype, pl.Datetime) or values.null_count():
        raise ColumnUnusable(f"{OBSERVED!r} must hold a date and time in every row, such as 2026-05-01T12:00:00. Correct it, or leave it out.", column=OBSERVED)
    return (values.dt.replace_time_zone("UTC") if values.dtype.time_zone is None else values.dt.convert_time_zone("UTC")).to_list()
