"""Predictions: what was asked and answered, by the champion and in its shadow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, final

import polars as pl
from sqlalchemy import BindParameter, Connection, Table, bindparam, func, select

from luthier.core.errors import PredictionDiffers
from luthier.ledger.among import among, among_parameter
from luthier.ledger.database import Database
from luthier.ledger.insertion import insert_rows
from luthier.ledger.joining import chunks, join_early_labels, take_turn
from luthier.ledger.keys import Keys
from luthier.ledger.moments import some_micros, to_micros, to_moment
from luthier.ledger.places import Window, take_places
from luthier.ledger.records import Prediction
from luthier.ledger.tables import bundles, predictions, shadows, traffic
from luthier.ledger.windows import answered_rows, labeled_rows, paired_rows, traffic_rows

_DEPLOYMENT: BindParameter[Any] = bindparam("deployment_key")
_KNOWN = {
    (table.name, dialect): select(table.c.id, table.c.bundle, table.c.content).where(
        table.c.deployment == _DEPLOYMENT, among_parameter(dialect, table.c.id, "ids")
    )
    for table in (predictions, shadows)
    for dialect in ("sqlite", "postgresql")
}


@final
class Predictions:
    """The predictions of a ledger.

    Laws: what was recorded is on the disk when the call returns; a batch is written whole or not at all; an id stands for one content for ever.
    """

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database, self._keys = database, keys

    def record(self, batch: Sequence[Prediction]) -> None:
        """Write down what was answered; repeats of the same id and content are ignored.

        Raises:
            PredictionDiffers: an id stands for another content already; nothing of the batch was written.
            DeploymentMissing: nothing is deployed under the name.
            BundleUnknown: the ledger does not keep the model.
        """
        with self._database.writing() as connection:
            for name, group in _by_deployment(batch):
                key = self._turn(connection, name)
                fresh = self._insert(connection, predictions, key, group)
                join_early_labels(connection, key, fresh)

    def record_shadows(self, batch: Sequence[Prediction]) -> None:
        """Write down what challengers answered to the same rows; their inputs are those of the predictions.

        Raises:
            PredictionDiffers: the challenger answered another content under an id; nothing of the batch was written.
        """
        with self._database.writing() as connection:
            for name, group in _by_deployment(batch):
                self._insert(connection, shadows, self._turn(connection, name), group)

    def known(self, deployment: str, ids: Iterable[str]) -> dict[str, Prediction]:
        """Those of the predictions that are recorded, by their ids."""
        query = select(predictions, bundles.c.hash).join(bundles, bundles.c.key == predictions.c.bundle)
        found: dict[str, Prediction] = {}
        with self._database.reading() as connection:
            key = self._keys.deployment(connection, deployment)
            for chunk in chunks(list(ids)):
                for row in connection.execute(query.where(predictions.c.deployment == key, among(connection, predictions.c.id, chunk))):
                    same = {"id": row.id, "content": row.content, "inputs": bytes(row.inputs), "answer": bytes(row.answer)}
                    found[row.id] = Prediction(deployment=deployment, bundle=row.hash, at=to_moment(row.at), **same)
        return found

    def window(
        self, deployment: str, *, since: datetime | None = None, until: datetime | None = None, bundle: str | None = None, limit: int | None = None
    ) -> pl.DataFrame:
        """Predictions from `since` to right before `until`, in the order of time: id, at, bundle, inputs, answer.

        Args:
            bundle: hash of the model that answered; all unless given.
            limit: where there are more rows, so many of them, evenly spread.
        """
        with self._database.reading() as connection:
            return answered_rows(connection, self._keys, self._window(connection, deployment, since, until, bundle), limit)

    def labeled(
        self, deployment: str, *, since: datetime | None = None, until: datetime | None = None, bundle: str | None = None, limit: int | None = None
    ) -> pl.DataFrame:
        """As `window`, those with a label only: also label, observed_at, received_at of the label in force."""
        with self._database.reading() as connection:
            return labeled_rows(connection, self._keys, self._window(connection, deployment, since, until, bundle), limit)

    def paired(self, deployment: str, *, champion: str, challenger: str, since: datetime | None = None, limit: int | None = None) -> pl.DataFrame:
        """Rows that both models answered, whichever was in the shadow, and that have a label.

        The columns are id, at, inputs, champion_answer, challenger_answer, label.
        """
        with self._database.reading() as connection:
            window = self._window(connection, deployment, since, None, None)
            both = {"champion": self._keys.bundle(connection, champion), "challenger": self._keys.bundle(connection, challenger)}
            return paired_rows(connection, window, **both, limit=limit)

    def traffic(self, deployment: str, *, since: datetime | None = None, until: datetime | None = None, seconds: int = 3600) -> pl.DataFrame:
        """How many rows were answered in each span of so many seconds: at (its start), bundle, rows.

        Args:
            since: the minute of it is counted whole, as that of `until`.
            seconds: a multiple of 60.
        """
        with self._database.reading() as connection:
            return traffic_rows(connection, self._keys, self._window(connection, deployment, since, until, None), seconds)

    def count(self, deployment: str) -> int:
        """How many predictions a deployment has made."""
        with self._database.reading() as connection:
            mine = (traffic.c.deployment == self._keys.deployment(connection, deployment)) & (traffic.c.sort == predictions.name)
            return int(connection.execute(select(func.coalesce(func.sum(traffic.c.rows), 0)).where(mine)).scalar_one())

    def _window(self, connection: Connection, deployment: str, since: datetime | None, until: datetime | None, bundle: str | None) -> Window:
        return Window(
            deployment=self._keys.deployment(connection, deployment),
            since=some_micros(since),
            until=some_micros(until),
            bundle=None if bundle is None else self._keys.bundle(connection, bundle),
        )

    def _turn(self, connection: Connection, deployment: str) -> int:
        key = self._keys.deployment(connection, deployment)
        take_turn(connection, key)
        return key

    def _insert(self, connection: Connection, table: Table, key: int, batch: Sequence[Prediction]) -> list[dict[str, Any]]:
        """The rows that are new, which are inserted."""
        owners = {hash_: self._keys.bundle(connection, hash_) for hash_ in {prediction.bundle for prediction in batch}}
        fresh = _fresh(connection, table, key, batch, owners)
        times = [to_micros(prediction.at) for prediction in fresh]
        places = take_places(connection, table.name, key, [(owners[prediction.bundle], at) for prediction, at in zip(fresh, times, strict=True)])
        rows = [
            {
                "deployment": key,
                "id": prediction.id,
                "bundle": owners[prediction.bundle],
                "place": place,
                "at": at,
                "content": prediction.content,
                "answer": prediction.answer,
                **({} if table is shadows else {"inputs": prediction.inputs}),
            }
            for prediction, at, place in zip(fresh, times, places, strict=True)
        ]
        insert_rows(connection, table, rows)
        return rows


def _by_deployment(batch: Sequence[Prediction]) -> list[tuple[str, list[Prediction]]]:
    """In the order of the names, or two writers could wait for each other."""
    ordered = sorted(batch, key=lambda prediction: prediction.deployment)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda prediction: prediction.deployment)]


def _fresh(connection: Connection, table: Table, key: int, batch: Sequence[Prediction], owners: dict[str, int]) -> list[Prediction]:
    """Those that are not in the table; refuses those that are there with another content."""
    by_bundle = table is shadows  # each challenger answers an id once
    known: dict[tuple[str, int], str] = {}
    for chunk in chunks([prediction.id for prediction in batch]):
        for id_, bundle, content in connection.execute(_KNOWN[table.name, connection.dialect.name], {"deployment_key": key, "ids": chunk}):
            known[id_, bundle if by_bundle else 0] = content
    fresh = []
    for prediction in batch:
        name = prediction.id, owners[prediction.bundle] if by_bundle else 0
        if name not in known:
            known[name] = prediction.content
            fresh.append(prediction)
        elif known[name] != prediction.content:
            raise PredictionDiffers(f"An id stands for one question, but {prediction.id!r} was used for another one before. Give a new id.")
    return fresh
