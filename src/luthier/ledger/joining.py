"""Joining: predictions and their labels find each other, whichever comes first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from luthier.ledger.among import among
from luthier.ledger.insertion import insert_rows
from luthier.ledger.places import CHUNK, take_places
from luthier.ledger.tables import deployments, labeled, labels


def take_turn(connection: Connection, deployment: int) -> None:
    """Wait until no other writer of the deployment's rows is at work: SQLite has one at any time, PostgreSQL needs a lock."""
    if connection.dialect.name != "sqlite":
        connection.execute(select(deployments.c.key).where(deployments.c.key == deployment).with_for_update(key_share=True))


def chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    """Parts that fit into one query."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def join_early_labels(connection: Connection, deployment: int, rows: Sequence[dict[str, Any]]) -> None:
    """Note which of the new predictions were waited for by labels."""
    query = select(labels.c.prediction_id).where(labels.c.deployment == deployment).distinct()
    waiting: set[str] = set()
    for chunk in chunks([row["id"] for row in rows]):
        waiting.update(connection.execute(query.where(among(connection, labels.c.prediction_id, chunk))).scalars())
    note_labeled(connection, deployment, [(row["bundle"], row["at"], row["place"]) for row in rows if row["id"] in waiting])


def note_labeled(connection: Connection, deployment: int, found: Sequence[tuple[int, int, int]]) -> None:
    """Give predictions with a first label their places among the labeled.

    Args:
        found: for each the key of its model, its time and its own place.
    """
    if not found:
        return
    places = take_places(connection, labeled.name, deployment, [(bundle, at) for bundle, at, _ in found])
    rows = [
        {"deployment": deployment, "bundle": bundle, "place": place, "at": at, "prediction": prediction}
        for (bundle, at, prediction), place in zip(found, places, strict=True)
    ]
    insert_rows(connection, labeled, rows)
