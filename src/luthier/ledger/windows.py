"""Windows: rows of a deployment within a time, as tables.

Each query reads one table by its index, and the rows are joined here: the planner of SQLite keeps no statistics of growing tables, and
begins joins at the wrong end of millions of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, func, select

from luthier.core.errors import SettingInvalid
from luthier.ledger.among import among
from luthier.ledger.keys import Keys
from luthier.ledger.places import CHUNK, MINUTE, Window, conditions, spread_ranks, strata_in
from luthier.ledger.tables import labeled, labels_in_force, predictions, shadows, traffic

T = TypeVar("T")

_AT = pl.Datetime("us", "UTC")
_ANSWERED = {"id": pl.String, "at": pl.Int64, "bundle": pl.Int64, "inputs": pl.Binary, "answer": pl.Binary}
_FACTS = {"id": pl.String, "label": pl.String, "observed_at": pl.Int64, "received_at": pl.Int64}
_SHADOWS = {"id": pl.String, "shadow_answer": pl.Binary}
_TRAFFIC = {"at": pl.Int64, "bundle": pl.Int64, "rows": pl.Int64}
_PAIRED = ("id", "at", "inputs", "champion_answer", "challenger_answer", "label")

_ASKED = select(*(predictions.c[name] for name in _ANSWERED))


def answered_rows(connection: Connection, keys: Keys, window: Window, limit: int | None) -> pl.DataFrame:
    """Predictions: id, at, bundle, inputs, answer."""
    rows = _read(connection, _ASKED, conditions(connection, predictions, window, limit))
    return _finished(connection, keys, _frame(rows, _ANSWERED))


def labeled_rows(connection: Connection, keys: Keys, window: Window, limit: int | None) -> pl.DataFrame:
    """Predictions with the label in force: also label, observed_at, received_at."""
    marks = _read(connection, select(labeled.c.bundle, labeled.c.prediction), conditions(connection, labeled, window, limit))
    places: dict[int, list[int]] = {}
    for bundle, place in marks:
        places.setdefault(bundle, []).append(place)
    rows = [row for bundle, mine in places.items() for row in _read(connection, _ASKED, _placed(connection, window.deployment, bundle, mine))]
    answered = _frame(rows, _ANSWERED)
    return _finished(connection, keys, answered.join(_facts(connection, window.deployment, answered["id"].to_list()), on="id"))


def paired_rows(connection: Connection, window: Window, *, champion: int, challenger: int, limit: int | None) -> pl.DataFrame:
    """Rows that both models answered, whichever was in the shadow, and that have a label."""
    ahead = _paired(connection, window, champion, challenger, limit).rename({"answer": "champion_answer", "shadow_answer": "challenger_answer"})
    behind = _paired(connection, window, challenger, champion, limit).rename({"answer": "challenger_answer", "shadow_answer": "champion_answer"})
    both = pl.concat([ahead.select(_PAIRED), behind.select(_PAIRED)])
    return thinned(_timed(both).sort("at", "id"), limit)


def _paired(connection: Connection, window: Window, front: int, shadow: int, limit: int | None) -> pl.DataFrame:
    """Rows that one model answered and another one in its shadow: more and more of the shadow is read until enough of it has labels."""
    shaded = Window(deployment=window.deployment, since=window.since, bundle=shadow)
    total = strata_in(connection, shadows, shaded).total
    wanted = total if limit is None else 2 * limit
    while True:
        frame = _met(connection, shaded, front, wanted)
        if wanted >= total or limit is None or len(frame) >= limit:
            return frame
        wanted *= max(2, -(-2 * limit // (len(frame) + 1)))


def _met(connection: Connection, shaded: Window, front: int, wanted: int) -> pl.DataFrame:
    """Of at most so many rows in the shadow those that the other model answered and that have a label."""
    query = select(shadows.c.id, shadows.c.answer)
    shadowed = _frame(_read(connection, query, conditions(connection, shadows, shaded, wanted)), _SHADOWS)
    facts = _facts(connection, shaded.deployment, shadowed["id"].to_list())
    answered = _frame(
        _read(connection, _ASKED, _named(connection, predictions.c.id, predictions.c.deployment == shaded.deployment, facts["id"].to_list())), _ANSWERED
    )
    answered = answered.filter(pl.col("bundle") == front, pl.lit(True) if shaded.since is None else pl.col("at") >= shaded.since)
    return answered.join(shadowed, on="id").join(facts, on="id")


def traffic_rows(connection: Connection, keys: Keys, window: Window, seconds: int) -> pl.DataFrame:
    """Rows answered in each span of so many seconds: at (its start), bundle, rows."""
    if seconds < 60 or seconds % 60:
        raise SettingInvalid(f"Traffic is counted by whole minutes, but spans of {seconds} s were asked for. Give a multiple of 60.")
    start = traffic.c.minute - (traffic.c.minute % (seconds // 60))
    query = select((start * MINUTE).label("at"), traffic.c.bundle, func.sum(traffic.c.rows)).where(*window.counted(predictions))
    rows = [(at, bundle, int(count)) for at, bundle, count in connection.execute(query.group_by("at", traffic.c.bundle))]
    return _finished(connection, keys, _frame(rows, _TRAFFIC), tie="bundle")


def thinned(frame: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    """At most `limit` rows of a table, evenly spread."""
    if limit is None or len(frame) <= limit:
        return frame
    return frame[spread_ranks(len(frame), limit)]


def _facts(connection: Connection, deployment: int, ids: Sequence[str]) -> pl.DataFrame:
    """The labels in force of some predictions."""
    view = labels_in_force.c
    query = select(view.prediction_id, view.label, view.observed_at, view.received_at)
    return _frame(_read(connection, query, _named(connection, view.prediction_id, view.deployment == deployment, ids)), _FACTS)


def _read(connection: Connection, query: Select[Any], parts: Iterable[ColumnElement[bool]]) -> list[tuple[Any, ...]]:
    """The rows of a query under each of several conditions."""
    return [tuple(row) for part in list(parts) for row in connection.execute(query.where(part))]


def _placed(connection: Connection, deployment: int, bundle: int, places: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    mine = (predictions.c.deployment == deployment) & (predictions.c.bundle == bundle)
    return _in_parts(places, lambda part: mine & among(connection, predictions.c.place, part))


def _named(connection: Connection, column: ColumnElement[str], mine: ColumnElement[bool], ids: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    return _in_parts(ids, lambda part: mine & among(connection, column, part))


def _in_parts(values: Sequence[T], condition: Callable[[Sequence[T]], ColumnElement[bool]]) -> Iterator[ColumnElement[bool]]:
    return (condition(values[start : start + CHUNK]) for start in range(0, len(values), CHUNK))


def _frame(rows: list[tuple[Any, ...]], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def _timed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(name).cast(_AT) for name in ("at", "observed_at", "received_at") if name in frame.columns)


def _finished(connection: Connection, keys: Keys, frame: pl.DataFrame, *, tie: str = "id") -> pl.DataFrame:
    """With times and hashes, in the order of time."""
    hashes = keys.hashes(connection, frame["bundle"].unique().to_list())
    named = pl.col("bundle").replace_strict(hashes, return_dtype=pl.String) if hashes else pl.col("bundle").cast(pl.String)
    return _timed(frame).with_columns(named).sort("at", tie)
