"""The lesson of a model of tables: one table of old rows and new ones, in the champion's types."""

from __future__ import annotations

import json

import polars as pl

from luthier.bundle import REFERENCE, Bundle
from luthier.core.errors import ColumnMissing
from luthier.core.findings import Event
from luthier.data import Source, read_table, typed_frame
from luthier.data.cells import as_text
from luthier.ledger import Deployment, Ledger
from luthier.workflows.lesson import Lesson, new_rows, require_all_classes
from luthier.workflows.promoting import judge_rows
from luthier.workflows.samples import asked_rows
from luthier.workflows.source import recorded_source


def table_lesson(ledger: Ledger, deployment: Deployment, champion: Bundle, data: Source | None, *, only_new: bool) -> Lesson:
    """Old rows, then the labeled ones of use by time, the newest of which judge.

    Raises:
        TooFewRows: too few labels came back.
        DataUnreadable: the old rows are not there any more, or not what they were.
    """
    came = new_rows(ledger, deployment, champion.task)
    new = _typed(champion, asked_rows(champion, came.rows["inputs"]), came.rows["label"])
    old, events = (None, ()) if only_new else _old_rows(data if data is not None else recorded_source(ledger, deployment.champion), champion)
    judging, rows = new[-came.sealed :], new if old is None else pl.concat([old, new])
    if champion.task.kind.is_classification:
        require_all_classes(champion.task, rows[champion.task.target][: rows.height - came.sealed].unique())
    return Lesson(
        source=rows,
        settings={
            "task": "classification" if champion.task.kind.is_classification else "regression",
            "kinds": {column.name: column.kind for column in champion.schema.inputs},
            "like": [champion.path] if champion.path is not None else [],
            "seal_last": came.sealed,
            "force_through": _forced(champion),
            "reference": REFERENCE in champion.manifest.files,
        },
        judge=lambda ours, theirs, rules: judge_rows(ours, theirs, judging, rules),
        old=0 if old is None else old.height,
        new=new.height,
        sealed=came.sealed,
        learned_until=came.learned_until,
        events=events,
    )


def _old_rows(source: Source, champion: Bundle) -> tuple[pl.DataFrame, tuple[Event, ...]]:
    """The champion's own table; rows without a target are left out."""
    target = champion.task.target
    frame = read_table(source, target=target)
    if target not in frame.columns:
        raise ColumnMissing(target, frame.columns, purpose="is the target")
    known = frame.filter(pl.col(target).is_not_null())
    missing = frame.height - known.height
    events = (Event(name="rows-without-target", what=f"{missing:,} old rows have no value in {target!r} and were left out."),) if missing else ()
    return _typed(champion, known, known[target]), events


def _typed(champion: Bundle, frame: pl.DataFrame, target: pl.Series) -> pl.DataFrame:
    """The columns that the champion sees and the target, in types that hold for old and new rows alike."""
    texts = as_text(target).alias(champion.task.target)
    return typed_frame(frame, champion.schema).with_columns(texts if champion.task.kind.is_classification else texts.cast(pl.Float64))


def _forced(champion: Bundle) -> list[str]:
    """The checks whose refusal was overridden when the champion was fitted: the same columns come again."""
    assert champion.path is not None
    findings = json.loads((champion.path / "report.json").read_text(encoding="utf-8")).get("findings", [])
    return sorted({finding["name"] for finding in findings if finding.get("forced")})
