"""Examination: one pass of the monitor over two samples, and the record of all that it saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from luthier.evaluate.records import AbstractRecord
from luthier.monitor.alerts import ESTIMATED_QUALITY, REALISED_QUALITY, Alert, in_trigger_order
from luthier.monitor.estimated_quality import EstimatedQuality, estimated_quality, is_labeled
from luthier.monitor.evidence import Evidence
from luthier.monitor.features import EMBEDDING
from luthier.monitor.inputs import examine_inputs
from luthier.monitor.realised_quality import RealisedQuality, realised_quality
from luthier.monitor.sample import Sample, Subject
from luthier.monitor.sentences import alert_of
from luthier.monitor.settings import MonitorSettings
from luthier.monitor.spending import INPUTS, divided
from luthier.monitor.univariate import FEWEST_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination(AbstractRecord):
    """What one pass saw."""

    rows_then: int
    "Rows of the reference."
    rows_now: int
    "Rows of the current window."
    compared_then: int
    "Rows of the reference that were compared; evenly spread where there were more."
    compared_now: int
    since: float | None
    "Time of the first current row, in seconds since 1970."
    until: float | None
    "Time of the last current row."
    alpha: float
    "The error budget of the whole pass."
    evidence: tuple[Evidence, ...]
    "Every test of inputs and answers, alarmed or not."
    estimated: Mapping[str, Any] | None
    "The estimated quality as plain JSON; None without answers."
    realised: Mapping[str, Any] | None
    "The realised quality as plain JSON; None without labels."
    alerts: tuple[Alert, ...]
    "In the order in which they matter."
    notes: tuple[str, ...]
    "What the pass could not do, and what it left out."

    @property
    def alarms(self) -> tuple[Alert, ...]:
        """What the pass says out loud."""
        return self.alerts

    @property
    def sentence(self) -> str:
        """The whole pass in one plain sentence or two."""
        seen = f"{self.rows_now:,} rows against {self.rows_then:,} of the reference, {len(self.evidence):,} tests, error budget {self.alpha:.2g}"
        if not self.alerts:
            return f"Nothing changed that is both sure and big enough to matter ({seen})."
        subjects = ", ".join(dict.fromkeys(alert.subject for alert in self.alerts[:5]))
        more = f" and {len(self.alerts) - 5:,} more" if len(self.alerts) > 5 else ""
        return f"{len(self.alerts):,} alarm{'s' if len(self.alerts) > 1 else ''}: {subjects}{more} ({seen})."

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, with the sentence."""
        plain = AbstractRecord.to_json(self)
        return {**plain, "estimated": self.estimated, "realised": self.realised, "sentence": self.sentence}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Examination:
        """The examination that `to_json` wrote."""
        kept = {field.name: record[field.name] for field in fields(cls)}
        return cls(
            **{
                **kept,
                "evidence": tuple(Evidence.from_json(evidence) for evidence in record["evidence"]),
                "alerts": tuple(Alert.from_json(alert) for alert in record["alerts"]),
                "notes": tuple(record["notes"]),
            }
        )


def examine(subject: Subject, reference: Sample, current: Sample, settings: MonitorSettings | None = None) -> Examination:
    """Compare a window with the reference: quality where labels or answers allow it, drift, and odd cells.

    All alarms together are false with a probability of at most `settings.alpha` where nothing changed: half of it is for the quality, and the tests of
    inputs and answers share the other half by Holm's rule. `Spending` gives the alpha of a pass that is one of many.

    Example:
        >>> import polars as pl
        >>> from luthier.core.task import Column, ColumnKind, Schema, Task, TaskKind
        >>> schema = Schema(columns=(Column(name="age", kind=ColumnKind.NUMERIC, dtype="Int64"),))
        >>> subject = Subject(task=Task(kind=TaskKind.REGRESSION, target="y"), schema=schema)
        >>> ages = pl.Series("age", range(1_000)).shuffle(seed=0)
        >>> seen = examine(subject, Sample(frame=pl.DataFrame({"age": ages[:500]})), Sample(frame=pl.DataFrame({"age": ages[500:] + 100.0})))
        >>> [alert.subject for alert in seen.alarms]
        ['age']
    """
    settings = settings or MonitorSettings()
    then, now = reference.in_order(), current.in_order()
    budget = divided(settings.alpha, _parts(subject, then, now))
    realised, estimated = _quality(subject, then, now, settings, budget)
    evidence: tuple[Evidence, ...] = ()
    if min(then.rows, now.rows) >= FEWEST_ROWS:
        evidence = examine_inputs(subject, then, now, replace(settings, alpha=budget[INPUTS]))
    raised = [quality.alert for quality in (realised, estimated) if quality is not None and quality.alert is not None]
    return Examination(
        rows_then=then.rows,
        rows_now=now.rows,
        compared_then=min(then.rows, settings.most_rows),
        compared_now=min(now.rows, settings.most_rows),
        since=None if now.at is None or not now.rows else float(now.at[0]),
        until=None if now.at is None or not now.rows else float(now.at[-1]),
        alpha=settings.alpha,
        evidence=evidence,
        estimated=None if estimated is None else estimated.to_json(),
        realised=None if realised is None else realised.to_json(),
        alerts=in_trigger_order([*raised, *(alert_of(test) for test in evidence if test.alarmed)]),
        notes=(*_notes(subject, then, now, settings), *_nearly_blind(evidence)),
    )


def _parts(subject: Subject, then: Sample, now: Sample) -> list[str]:
    parts = [INPUTS]
    kind = subject.task.kind
    labeled = [side.truth is not None and bool(is_labeled(side.truth, kind).any()) for side in (then, now)]
    if then.predictions is not None and now.predictions is not None and labeled[0] and now.rows:
        parts += [ESTIMATED_QUALITY, *([REALISED_QUALITY] if labeled[1] else [])]
    return parts


def _quality(
    subject: Subject, then: Sample, now: Sample, settings: MonitorSettings, budget: Mapping[str, float]
) -> tuple[RealisedQuality | None, EstimatedQuality | None]:
    realised = estimated = None
    if REALISED_QUALITY in budget:
        realised = realised_quality(subject, then, now, replace(settings, alpha=budget[REALISED_QUALITY]))
    if ESTIMATED_QUALITY in budget:
        estimated = estimated_quality(subject, then, now, replace(settings, alpha=budget[ESTIMATED_QUALITY]))
    return realised, estimated


def _notes(subject: Subject, then: Sample, now: Sample, settings: MonitorSettings) -> list[str]:
    notes = []
    if min(then.rows, now.rows) < FEWEST_ROWS:
        notes.append(f"Fewer than {FEWEST_ROWS} rows on a side: inputs were not compared.")
    for side, sample in (("reference", then), ("current window", now)):
        if sample.rows > settings.most_rows:
            notes.append(f"{settings.most_rows:,} of the {sample.rows:,} rows of the {side} were compared, evenly spread.")
    if then.at is None and now.at is None:
        notes.append("Rows carry no times: they count as independent of each other, and no alarm can say since when.")
    if (clock := subject.schema.time) is not None:
        notes.append(f"Column {clock!r} orders the rows in time and was not tested: new rows are later by nature.")
    if any(name.startswith(EMBEDDING) for name in then.frame.columns):
        notes.append("The coordinates of embeddings were compared together, not one by one.")
    return notes


def _nearly_blind(evidence: tuple[Evidence, ...]) -> list[str]:
    """Columns whose rows depend on each other so strongly that only huge changes can be told."""
    names = dict.fromkeys(test.name for test in evidence if test.worth_now < FEWEST_ROWS <= test.rows_now and test.aspect in ("input", "prediction"))
    if not names:
        return []
    listed = ", ".join(list(names)[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
    why = "Neighboring rows depend on each other so strongly that the window is worth"
    return [f"{why} fewer than {FEWEST_ROWS} independent ones: only huge changes show. {listed}."]
