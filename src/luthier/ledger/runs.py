"""Runs: what `fit` tried, while it tries and afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, final

import numpy as np
from sqlalchemy import Row, Select, delete, insert, select, update

from luthier.core.errors import RunUnknown
from luthier.ledger.database import Database
from luthier.ledger.moments import some_micros, some_moment, to_micros, to_moment
from luthier.ledger.plain import from_text, to_text
from luthier.ledger.records import RUN_STATES, Run, RunPoint, refuse_unknown
from luthier.ledger.tables import run_points, runs


@final
class Runs:
    """The runs of a ledger."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database, self._clock = database, clock

    def begin(self, run: Run) -> None:
        """Write down that a run goes on; one with the same id is begun anew, and its curves are forgotten."""
        row = _row_of(run)
        with self._database.writing() as connection:
            if connection.execute(update(runs).where(runs.c.id == run.id).values(**row)).rowcount:
                connection.execute(delete(run_points).where(run_points.c.run == run.id))
            else:
                connection.execute(insert(runs).values(**row))

    def tell(self, point: RunPoint) -> None:
        """Write down a curve; it replaces the one of the same run, title and fold.

        Raises:
            RunUnknown: the run was not begun.
        """
        named = (run_points.c.run == point.run) & (run_points.c.title == point.title) & (run_points.c.fold == point.fold)
        values = {"seconds": point.seconds, "epochs": _packed(point.epochs), "errors": _packed(point.errors), "metric": point.metric}
        with self._database.writing() as connection:
            if connection.execute(update(run_points).where(named).values(**values)).rowcount:
                return
            if connection.execute(select(runs.c.id).where(runs.c.id == point.run)).scalar() is None:
                raise _no_run(point.run)
            connection.execute(insert(run_points).values(run=point.run, title=point.title, fold=point.fold, **values))

    def end(
        self,
        id: str,  # noqa: A002 - the name of the field
        *,
        state: str,
        bundle: str | None = None,
        score: float | None = None,
        score_lower: float | None = None,
        score_upper: float | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> Run:
        """Write down how a run ended; what is not given stays as it is.

        Args:
            facts: added to those that it has.

        Raises:
            RunUnknown: the run was not begun.
        """
        refuse_unknown("The state of a run", state, RUN_STATES)
        before = self._only(id)
        given = {"bundle": bundle, "score": score, "score_lower": score_lower, "score_upper": score_upper}
        values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        values |= {"state": state, "ended_at": to_micros(self._clock()), "facts": to_text({**before.facts, **(facts or {})})}
        with self._database.writing() as connection:
            connection.execute(update(runs).where(runs.c.id == id).values(**values))
        return self._only(id)

    def get(self, id_or_prefix: str) -> Run:
        """The run with that id, or the only one whose id begins so.

        Raises:
            RunUnknown: none does, or several do.
        """
        with self._database.reading() as connection:
            exact = connection.execute(select(runs).where(runs.c.id == id_or_prefix)).one_or_none()
            found = [exact] if exact else connection.execute(select(runs).where(runs.c.id.startswith(id_or_prefix, autoescape=True)).limit(2)).all()
        if len(found) == 1:
            return _run_of(found[0])
        if found:
            raise RunUnknown(f"The start of an id must fit one run, but {id_or_prefix!r} fits {found[0].id}, {found[1].id} or more. Give more of it.")
        raise _no_run(id_or_prefix)

    def find(
        self, *, target: str | None = None, task: str | None = None, state: str | None = None, name: str | None = None, limit: int | None = None
    ) -> tuple[Run, ...]:
        """The runs that are as asked, newest first."""
        query: Select[Any] = select(runs).order_by(runs.c.started_at.desc(), runs.c.id).limit(limit)
        for column, wanted in ((runs.c.target, target), (runs.c.task, task), (runs.c.state, state), (runs.c.name, name)):
            query = query if wanted is None else query.where(column == wanted)
        with self._database.reading() as connection:
            return tuple(_run_of(row) for row in connection.execute(query))

    def points(self, id: str) -> tuple[RunPoint, ...]:  # noqa: A002
        """The curves of a run, in the order in which they were told last."""
        query = select(run_points).where(run_points.c.run == id).order_by(run_points.c.seconds, run_points.c.title, run_points.c.fold)
        with self._database.reading() as connection:
            return tuple(_point_of(row) for row in connection.execute(query))

    def _only(self, id: str) -> Run:  # noqa: A002
        with self._database.reading() as connection:
            row = connection.execute(select(runs).where(runs.c.id == id)).one_or_none()
        if row is None:
            raise _no_run(id)
        return _run_of(row)


def _no_run(id_or_prefix: str) -> RunUnknown:
    return RunUnknown(f"A run must be in the ledger, but it has none whose id begins with {id_or_prefix!r}. `luthier runs` lists them.")


def _row_of(run: Run) -> dict[str, Any]:
    same = {name: getattr(run, name) for name in runs.c.keys() if name not in ("started_at", "ended_at", "facts")}  # noqa: SIM118 - columns, not names
    return same | {"started_at": to_micros(run.started_at), "ended_at": some_micros(run.ended_at), "facts": to_text(run.facts)}


def _run_of(row: Row[Any]) -> Run:
    times = {"started_at": to_moment(row.started_at), "ended_at": some_moment(row.ended_at)}
    return Run(**{**row._mapping, **times, "facts": from_text(row.facts)})


def _packed(numbers: tuple[float, ...]) -> bytes:
    return np.asarray(numbers, dtype="<f8").tobytes()


def _unpacked(content: bytes) -> tuple[float, ...]:
    return tuple(np.frombuffer(content, dtype="<f8").tolist())


def _point_of(row: Row[Any]) -> RunPoint:
    return RunPoint(**{**row._mapping, "epochs": _unpacked(row.epochs), "errors": _unpacked(row.errors)})
