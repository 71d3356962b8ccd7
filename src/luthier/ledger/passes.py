"""Passes: when the monitor looked, at what, and what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, final

from sqlalchemy import Row, insert, select

from luthier.ledger.database import Database
from luthier.ledger.keys import Keys
from luthier.ledger.moments import some_micros, some_moment, to_micros, to_moment
from luthier.ledger.plain import from_text, to_text
from luthier.ledger.records import Pass
from luthier.ledger.tables import passes


@final
class Passes:
    """The passes of a ledger."""

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def add(
        self,
        deployment: str,
        *,
        bundle: str,
        since: datetime | None = None,
        until: datetime | None = None,
        rows: int,
        labeled: int,
        alpha: float,
        record: Mapping[str, Any],
    ) -> Pass:
        """Write down a pass; the fields are those of `Pass`, its time is now."""
        values = {"bundle": bundle, "rows": rows, "labeled": labeled, "alpha": alpha, "record": to_text(record)}
        times = {"at": to_micros(self._clock()), "since": some_micros(since), "until": some_micros(until)}
        with self._database.writing() as connection:
            key = self._keys.deployment(connection, deployment)
            row = connection.execute(insert(passes).values(deployment=key, **values, **times).returning(passes)).one()
            return _pass_of(deployment, row)

    def latest(self, deployment: str) -> Pass | None:
        """The last pass over a deployment; None before the first."""
        return next(iter(self.all(deployment, 1)), None)

    def all(self, deployment: str, limit: int | None = None) -> tuple[Pass, ...]:
        """The passes over a deployment, newest first."""
        with self._database.reading() as connection:
            key = self._keys.deployment(connection, deployment)
            query = select(passes).where(passes.c.deployment == key).order_by(passes.c.id.desc()).limit(limit)
            return tuple(_pass_of(deployment, row) for row in connection.execute(query))


def _pass_of(deployment: str, row: Row[Any]) -> Pass:
    times = {"at": to_moment(row.at), "since": some_moment(row.since), "until": some_moment(row.until)}
    return Pass(**{**row._mapping, **times, "deployment": deployment, "record": from_text(row.record)})
