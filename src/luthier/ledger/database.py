"""The database under the ledger: one door for reading, one for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from luthier.core.errors import SettingInvalid
from luthier.core.extras import require
from luthier.ledger.faults import explained, unwritable


@final
class Database:
    """SQLite or PostgreSQL, shared by threads and by processes.

    Laws: what was written is on the disk when `writing` ends; a block that fails has written nothing; readers see one moment on SQLite
    and never wait for a writer; writers take turns.
    """

    def __init__(self, url: str | Path, *, patience_seconds: float = 10.0) -> None:
        """Open a database; nothing is read or written yet.

        Args:
            url: a path, `sqlite:///PATH` or `postgresql://...`.
            patience_seconds: how long a writer waits for its turn.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.where = str(self.url.database) if self.is_sqlite else self.url.set(drivername="postgresql").render_as_string(hide_password=True)
        self._patience_seconds = patience_seconds
        self._turn = Lock()
        self.engine = (_sqlite_engine if self.is_sqlite else _postgres_engine)(self.url, patience_seconds)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for queries."""
        with explained(self.where), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection for one transaction: all of it is on the disk when the block ends, or nothing."""
        if not self.is_sqlite:
            with self.reading() as connection:
                yield connection
            return
        # SQLite lets waiting writers poll with ever longer pauses: threads of one process do better with a queue of their own.
        if not self._turn.acquire(timeout=self._patience_seconds):
            raise unwritable(self.where, "another thread has been writing to it for too long")
        try:
            with explained(self.where), self.engine.connect().execution_options(luthier_writes=True) as connection, connection.begin():
                yield connection
        finally:
            self._turn.release()

    def close(self) -> None:
        """Let all connections go."""
        self.engine.dispose()


def parse_url(url: str | Path) -> URL:
    """Where a database is, as SQLAlchemy says it.

    Example:
        >>> parse_url("postgresql://ada@db/models").drivername
        'postgresql+psycopg'
    """
    if isinstance(url, Path) or "://" not in url:
        return URL.create("sqlite", database=str(Path(url).expanduser().absolute()))
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise _no_ledger(url.split("://", 1)[0] + "://...") from error
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    raise _no_ledger(url if parsed.password is None else parsed.render_as_string(hide_password=True))


def _no_ledger(shown: str) -> SettingInvalid:
    return SettingInvalid(f"A ledger is a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE, but {shown!r} came. Give one of these.")


def _sqlite_engine(url: URL, patience_seconds: float) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": patience_seconds}, pool_size=8, max_overflow=24)
    event.listen(engine, "connect", _prepare_sqlite(patience_seconds))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(patience_seconds: float) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver shall not begin transactions by itself
        for pragma in (f"busy_timeout={round(patience_seconds * 1000)}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-32768"):
            connection.execute(f"PRAGMA {pragma}").close()

    return prepare


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("luthier_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgres_engine(url: URL, patience_seconds: float) -> Engine:
    require("psycopg", extra="team")
    # A plan that is kept from the time when a table was small reads all of it later: a batch of 256 predictions took 55 ms then, not 14.
    options = f"-c lock_timeout={round(patience_seconds * 1000)} -c synchronous_commit=on -c plan_cache_mode=force_custom_plan"
    return create_engine(
        url, connect_args={"options": options, "connect_timeout": max(2, round(patience_seconds))}, pool_pre_ping=True, pool_size=8, max_overflow=24
    )
