"""Alarms: what the monitor wants somebody to look at, until somebody closes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, final

from sqlalchemy import Row, Select, insert, select, update

from luthier.core.errors import SettingInvalid
from luthier.ledger.database import Database
from luthier.ledger.keys import Keys
from luthier.ledger.moments import some_micros, some_moment, to_micros, to_moment
from luthier.ledger.plain import from_text, to_text
from luthier.ledger.records import Alarm
from luthier.ledger.tables import alarms, deployments


@final
class Alarms:
    """The alarms of a ledger."""

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._database, self._keys, self._clock = database, keys, clock

    def raise_(
        self,
        deployment: str,
        *,
        bundle: str,
        kind: str,
        subject: str,
        since: datetime | None = None,
        p_value: float | None = None,
        effect: float | None = None,
        text: str,
        remedy: str,
        evidence: Mapping[str, Any] | None = None,
    ) -> Alarm:
        """Write down a new alarm; the fields are those of `Alarm`, its time is now."""
        values = {"bundle": bundle, "kind": kind, "subject": subject, "p_value": p_value, "effect": effect, "text": text, "remedy": remedy}
        plain = {"evidence": to_text(evidence or {}), "raised_at": to_micros(self._clock()), "since": some_micros(since)}
        with self._database.writing() as connection:
            key = self._keys.deployment(connection, deployment)
            row = connection.execute(insert(alarms).values(deployment=key, **values, **plain).returning(alarms)).one()
            return _alarm_of(deployment, row)

    def open(self, deployment: str) -> tuple[Alarm, ...]:
        """The alarms of a deployment that nobody has closed, newest first."""
        return self._found(deployment, select(alarms).where(alarms.c.closed_at.is_(None)))

    def all(self, deployment: str, limit: int | None = None) -> tuple[Alarm, ...]:
        """The alarms of a deployment, newest first."""
        return self._found(deployment, select(alarms).limit(limit))

    def close(self, id: int, why: str) -> Alarm:  # noqa: A002 - the name of the field
        """Write down that an alarm has been looked at; one that is closed stays as it is.

        Raises:
            SettingInvalid: there is no such alarm.
        """
        named = alarms.c.id == id
        with self._database.writing() as connection:
            connection.execute(update(alarms).where(named, alarms.c.closed_at.is_(None)).values(closed_at=to_micros(self._clock()), closed_why=why))
            row = connection.execute(select(alarms).where(named)).one_or_none()
            if row is None:
                raise SettingInvalid(
                    f"An alarm must be in the ledger to be closed, but it has none with the number {id}. `luthier monitor` shows those that are open."
                )
            name = connection.execute(select(deployments.c.name).where(deployments.c.key == row.deployment)).scalar_one()
            return _alarm_of(name, row)

    def _found(self, deployment: str, query: Select[Any]) -> tuple[Alarm, ...]:
        with self._database.reading() as connection:
            key = self._keys.deployment(connection, deployment)
            rows = connection.execute(query.where(alarms.c.deployment == key).order_by(alarms.c.id.desc()))
            return tuple(_alarm_of(deployment, row) for row in rows)


def _alarm_of(deployment: str, row: Row[Any]) -> Alarm:
    times = {"raised_at": to_moment(row.raised_at), "since": some_moment(row.since), "closed_at": some_moment(row.closed_at)}
    return Alarm(**{**row._mapping, **times, "deployment": deployment, "evidence": from_text(row.evidence)})
