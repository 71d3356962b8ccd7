"""Places: where a row lies in time, so that rows evenly spread over any window are found by arithmetic.

The place of a row is its minute and its number within that minute, in one whole number. How many rows each minute has stands in the table
`traffic`, kept in the same transaction. So the 7,000,000th of 10 million rows has a place that can be computed, and is read by its index.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, and_, select, text

from luthier.ledger.among import among
from luthier.ledger.tables import traffic

MINUTE = 60_000_000
"Microseconds."
ROOM = 1 << 30
"Places in a minute."
CHUNK = 5_000
"Values in one query."

_COUNT = text(
    "INSERT INTO traffic (deployment, sort, minute, bundle, rows) VALUES (:deployment, :sort, :minute, :bundle, :rows) "
    "ON CONFLICT (deployment, sort, minute, bundle) DO UPDATE SET rows = traffic.rows + excluded.rows RETURNING rows"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows of one deployment within a time, from `since` to right before `until`."""

    deployment: int
    "Key of the deployment."
    since: int | None = None
    "Microseconds; None for the first row."
    until: int | None = None
    "Microseconds; None for the last row."
    bundle: int | None = None
    "Key of the model that answered; None for all."

    def within(self, table: Table) -> ColumnElement[bool]:
        """The condition on a table of rows that have a place and a time."""
        parts = [table.c.deployment == self.deployment]
        if self.since is not None:
            parts += [table.c.place >= self.since // MINUTE * ROOM, table.c.at >= self.since]
        if self.until is not None:
            parts += [table.c.place < (-(-self.until // MINUTE)) * ROOM, table.c.at < self.until]
        return and_(*parts)

    def counted(self, table: Table) -> list[ColumnElement[bool]]:
        """The conditions on the traffic that counts a table's rows; minutes that the window cuts are among it."""
        parts: list[ColumnElement[bool]] = [traffic.c.deployment == self.deployment, traffic.c.sort == table.name]
        if self.since is not None:
            parts.append(traffic.c.minute >= self.since // MINUTE)
        if self.until is not None:
            parts.append(traffic.c.minute < -(-self.until // MINUTE))
        if self.bundle is not None:
            parts.append(traffic.c.bundle == self.bundle)
        return parts

    def cuts(self, minute: int) -> bool:
        """True where the window begins or ends amid a minute."""
        return any(edge is not None and edge // MINUTE == minute and edge % MINUTE for edge in (self.since, self.until))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strata:
    """Rows next to each other, in the order of time: each stratum is one minute of one model, or one row."""

    bundles: np.ndarray
    "Key of the model."
    places: np.ndarray
    "Place of the first row."
    rows: np.ndarray
    "How many rows follow each other from there."

    @property
    def total(self) -> int:
        """Rows in all."""
        return int(self.rows.sum())

    def spread(self, limit: int) -> dict[int, list[int]]:
        """Places of `limit` rows, evenly spread, by the key of their model."""
        ranks = spread_ranks(self.total, limit)
        ends = np.cumsum(self.rows)
        stratum = np.searchsorted(ends, ranks, side="right")
        places = self.places[stratum] + ranks - (ends[stratum] - self.rows[stratum])
        owners = self.bundles[stratum]
        return {int(key): places[owners == key].tolist() for key in np.unique(owners)}


def spread_ranks(total: int, limit: int) -> np.ndarray:
    """One rank out of each of `limit` equal parts of `total` rows, drawn in the same way each time.

    The first or the middle one of each part would see one phase only of whatever comes back every so many rows.
    """
    edges = np.arange(limit + 1, dtype=np.int64) * total // limit
    return edges[:-1] + (np.random.default_rng(0).random(limit) * np.diff(edges)).astype(np.int64)


def take_places(connection: Connection, sort: str, deployment: int, rows: Sequence[tuple[int, int]]) -> list[int]:
    """Count new rows into the traffic and give each a place of its own.

    Args:
        sort: the table that the rows go to.
        rows: for each the key of its model and its time in microseconds.
    """
    owners = [(at // MINUTE, bundle) for bundle, at in rows]
    following: dict[tuple[int, int], int] = {}
    for (minute, bundle), count in sorted(Counter(owners).items()):  # in one order everywhere, or two writers could wait for each other
        values = {"deployment": deployment, "sort": sort, "minute": minute, "bundle": bundle, "rows": count}
        following[minute, bundle] = minute * ROOM + connection.execute(_COUNT, values).scalar_one() - count
    places = []
    for owner in owners:
        places.append(following[owner])
        following[owner] += 1
    return places


def strata_in(connection: Connection, table: Table, window: Window) -> Strata:
    """The rows of a table within a window, without reading them."""
    query = select(traffic.c.minute, traffic.c.bundle, traffic.c.rows).where(*window.counted(table))
    whole: list[tuple[int, int, int]] = []
    for minute, bundle, rows in connection.execute(query.order_by(traffic.c.minute, traffic.c.bundle)):
        whole += _cut(connection, table, window, minute, bundle) if window.cuts(minute) else [(bundle, minute * ROOM, rows)]
    columns = np.array(whole, dtype=np.int64).reshape(-1, 3)
    return Strata(bundles=columns[:, 0], places=columns[:, 1], rows=columns[:, 2])


def _cut(connection: Connection, table: Table, window: Window, minute: int, bundle: int) -> list[tuple[int, int, int]]:
    """The rows of a minute that the window holds in part, one by one."""
    lies = (table.c.bundle == bundle) & table.c.place.between(minute * ROOM, minute * ROOM + ROOM - 1)
    places = connection.execute(select(table.c.place).where(window.within(table), lies).order_by(table.c.place)).scalars()
    return [(bundle, place, 1) for place in places]


def conditions(connection: Connection, table: Table, window: Window, limit: int | None) -> Iterator[ColumnElement[bool]]:
    """Conditions that together select all rows of a window, or `limit` of them evenly spread where there are more."""
    strata = strata_in(connection, table, window)
    if limit is None or strata.total <= limit:
        for bundle in np.unique(strata.bundles).tolist():
            yield and_(window.within(table), table.c.bundle == bundle)
        return
    for bundle, places in strata.spread(limit).items():
        for start in range(0, len(places), CHUNK):
            yield and_(table.c.deployment == window.deployment, table.c.bundle == bundle, among(connection, table.c.place, places[start : start + CHUNK]))
