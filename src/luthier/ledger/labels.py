"""Labels: what turned out to be true, as facts that are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import final

import numpy as np
from sqlalchemy import Connection, select

from luthier.ledger.among import among
from luthier.ledger.database import Database
from luthier.ledger.insertion import insert_rows
from luthier.ledger.joining import chunks, note_labeled, take_turn
from luthier.ledger.keys import Keys
from luthier.ledger.moments import some_micros, to_micros, to_moment
from luthier.ledger.places import Window, strata_in
from luthier.ledger.records import Coverage, Label, LabelReceipt
from luthier.ledger.tables import labeled, labels, predictions
from luthier.ledger.windows import labeled_rows

_SAMPLE = 1_000
"Labels that the median delay is taken over, evenly spread."

Fact = tuple[str, str, int, str]
"Prediction id, label, observed at, source: what makes a fact the same."


@final
class Labels:
    """The labels of a ledger.

    Laws: they may come before their prediction, twice, corrected, and years later; the same fact is kept once; none is changed or forgotten.
    Of several facts about one prediction, the one that was observed last is in force, and of those the one that was received last.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database, self._keys = database, keys

    def add(self, facts: Sequence[Label]) -> LabelReceipt:
        """Write facts down, all in one transaction.

        Raises:
            DeploymentMissing: nothing is deployed under a name; nothing was written.
        """
        new = unknown = 0
        ordered = sorted(facts, key=lambda fact: fact.deployment)
        with self._database.writing() as connection:
            for name, group in groupby(ordered, key=lambda fact: fact.deployment):
                key = self._keys.deployment(connection, name)
                take_turn(connection, key)
                added, waiting = _add(connection, key, list(group))
                new, unknown = new + added, unknown + waiting
        return LabelReceipt(new=new, repeated=len(facts) - new, unknown=unknown)

    def coverage(self, deployment: str, *, since: datetime | None = None, until: datetime | None = None) -> Coverage:
        """How many predictions of a window have a label, and how long labels took."""
        with self._database.reading() as connection:
            window = Window(deployment=self._keys.deployment(connection, deployment), since=some_micros(since), until=some_micros(until))
            rows, found = strata_in(connection, predictions, window).total, strata_in(connection, labeled, window).total
            sample = labeled_rows(connection, self._keys, window, _SAMPLE)
        delays = (sample["received_at"] - sample["at"]).dt.total_microseconds().to_numpy()
        return Coverage(rows=rows, labeled=found, median_delay_seconds=float(np.median(delays)) / 1e6 if len(delays) else None)

    def facts(self, deployment: str, prediction_id: str) -> tuple[Label, ...]:
        """All that was said about one prediction, in the order in which it was observed; the last one is in force."""
        with self._database.reading() as connection:
            key = self._keys.deployment(connection, deployment)
            query = select(labels).where(labels.c.deployment == key, labels.c.prediction_id == prediction_id)
            rows = connection.execute(query.order_by(labels.c.observed_at, labels.c.received_at, labels.c.key)).all()
        return tuple(
            Label(
                deployment=deployment,
                prediction_id=row.prediction_id,
                label=row.label,
                observed_at=to_moment(row.observed_at),
                received_at=to_moment(row.received_at),
                source=row.source,
            )
            for row in rows
        )


def _add(connection: Connection, deployment: int, facts: Sequence[Label]) -> tuple[int, int]:
    """How many facts are new, and how many have no prediction yet."""
    ids = list(dict.fromkeys(fact.prediction_id for fact in facts))
    known = _known(connection, deployment, ids)
    new = _without_known(facts, known)
    if new:
        rows = [{"deployment": deployment, "prediction_id": one, "label": label, "observed_at": at, "source": source} for one, label, at, source in new]
        insert_rows(connection, labels, [{**row, "received_at": received} for row, received in zip(rows, new.values(), strict=True)])
    there = _predicted(connection, deployment, ids)
    had_label = {fact[0] for fact in known}
    note_labeled(connection, deployment, [found for id_, found in there.items() if id_ not in had_label])
    return len(new), sum(fact.prediction_id not in there for fact in facts)


def _known(connection: Connection, deployment: int, ids: Sequence[str]) -> set[Fact]:
    """The facts that the ledger has about some predictions."""
    query = select(labels.c.prediction_id, labels.c.label, labels.c.observed_at, labels.c.source).where(labels.c.deployment == deployment)
    return {tuple(row) for chunk in chunks(ids) for row in connection.execute(query.where(among(connection, labels.c.prediction_id, chunk)))}  # type: ignore[misc]


def _without_known(facts: Sequence[Label], known: set[Fact]) -> dict[Fact, int]:
    """The facts that are new, each once, with the time of its receipt."""
    new: dict[Fact, int] = {}
    for fact in facts:
        same = (fact.prediction_id, fact.label, to_micros(fact.observed_at), fact.source)
        if same not in known:
            new.setdefault(same, to_micros(fact.received_at))
    return new


def _predicted(connection: Connection, deployment: int, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """Model, time and place of the predictions that have come, by their ids."""
    query = select(predictions.c.id, predictions.c.bundle, predictions.c.at, predictions.c.place).where(predictions.c.deployment == deployment)
    rows = (row for chunk in chunks(ids) for row in connection.execute(query.where(among(connection, predictions.c.id, chunk))))
    return {id_: (bundle, at, place) for id_, bundle, at, place in rows}
