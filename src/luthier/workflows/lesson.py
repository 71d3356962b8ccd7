"""Lesson: what a challenger learns from, and the newest rows that judge it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from luthier.bundle import Bundle
from luthier.core.errors import TooFewRows
from luthier.core.findings import Event
from luthier.core.task import Task
from luthier.data import Source
from luthier.evaluate import PromotionEvidence, PromotionRules
from luthier.ledger import Deployment, Ledger
from luthier.workflows.promoting import learned_until
from luthier.workflows.samples import has_known_label

SEALED_SHARE, CHANGED_SHARE = 0.2, 0.5
"Share of the new rows, the newest, that judge the challenger and are kept from it; and of those since an alarm says that something changed."
FEWEST_SEALED, MOST_SEALED = 50, 2_000
"New rows that judge the challenger: fewer prove nothing, and more would be missing where it learns."
FEWEST_LABELED = 2 * FEWEST_SEALED
"Labeled rows below which nothing is retrained."
MOST_LABELED = 200_000
"New rows that are taken at most, evenly spread."

Judge = Callable[[Bundle, Bundle, PromotionRules], PromotionEvidence]
"Weighs champion and challenger, in this order, on the rows that judge."


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Old rows and new ones; the newest of these judge."""

    source: Source
    "What `fit` reads."
    settings: Mapping[str, Any]
    "What `fit` is told about it."
    judge: Judge
    old: int
    "Rows of the champion's own data."
    new: int
    "Rows that were answered in use and labeled since; those that judge with them."
    sealed: int
    "The newest rows, which judge."
    learned_until: float
    "Seconds since 1970 of the oldest row that judges: all before it may have been learned from."
    events: tuple[Event, ...] = ()
    "What was left out."


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRows:
    """The labeled rows of use by time, and how many of the newest judge."""

    rows: pl.DataFrame
    "id, at, inputs, answer, label, as `ledger.predictions.labeled` gives them."
    sealed: int

    @property
    def learned_until(self) -> float:
        """Seconds since 1970 of the oldest row that judges."""
        moment: datetime = self.rows["at"][self.rows.height - self.sealed]
        return moment.timestamp()


def new_rows(ledger: Ledger, deployment: Deployment, task: Task) -> NewRows:
    """What came back from use; labels that name a class which the model does not know are left out.

    Raises:
        TooFewRows: too few labels came, or too few since the champion learned from them.
    """
    labeled = ledger.predictions.labeled(deployment.name, limit=MOST_LABELED).sort("at")
    labeled = labeled.filter(pl.Series(has_known_label(labeled["label"], task), dtype=pl.Boolean))
    if labeled.height < FEWEST_LABELED:
        raise TooFewRows(
            f"Retraining needs at least {FEWEST_LABELED} labeled rows of use, half of them to judge by, but {deployment.name!r} has {labeled.height}. "
            f"Bring labels with `luthier label {deployment.name} FILE`."
        )
    known = learned_until(ledger, deployment.champion)
    unseen = int((labeled["at"] >= known).sum())
    if unseen < FEWEST_SEALED:
        raise TooFewRows(
            f"A challenger is judged on at least {FEWEST_SEALED} labeled rows that the champion did not learn from, but {deployment.name!r} has {unseen}. "
            "Wait for more labels."
        )
    return NewRows(rows=labeled, sealed=min(sealed_rows(labeled["at"], changed_since(ledger, deployment)), unseen))


def sealed_rows(moments: pl.Series, changed: datetime | None) -> int:
    """How many of the newest rows judge: a fifth; or half of those since a change, so that the challenger sees some of it, too."""
    since = int((moments >= changed).sum()) if changed is not None else 0
    wanted = CHANGED_SHARE * since if since else SEALED_SHARE * len(moments)
    return min(max(round(wanted), FEWEST_SEALED), MOST_SEALED)


def changed_since(ledger: Ledger, deployment: Deployment) -> datetime | None:
    """Since when, by the open alarms of the champion, something is not as it was."""
    open_ = [alarm.since or alarm.raised_at for alarm in ledger.alarms.open(deployment.name) if alarm.bundle == deployment.champion]
    return min(open_, default=None)


def require_all_classes(task: Task, labels: Iterable[str]) -> None:
    """Refuse a lesson that lacks a class which the champion answers, before anything is trained.

    Raises:
        TooFewRows: with the classes that are missing.
    """
    missing = sorted(set(task.classes) - set(labels))
    if missing:
        raise TooFewRows(
            f"A challenger must learn every class that the champion answers, but no row is of {', '.join(map(repr, missing[:5]))}. "
            "Give the old rows, or leave --only-new out."
        )
