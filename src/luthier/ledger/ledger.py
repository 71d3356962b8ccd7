"""The ledger: one record of runs, models, deployments, predictions, labels, alarms and promotions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, final

from luthier.core.errors import LedgerUnwritable, SettingInvalid
from luthier.ledger.alarms import Alarms
from luthier.ledger.bundles import Bundles
from luthier.ledger.database import Database
from luthier.ledger.deployments import Deployments
from luthier.ledger.finding import STORE_VARIABLE, find_ledger, new_ledger
from luthier.ledger.keys import Keys
from luthier.ledger.labels import Labels
from luthier.ledger.migrations import migrate
from luthier.ledger.moments import utc_now
from luthier.ledger.passes import Passes
from luthier.ledger.predictions import Predictions
from luthier.ledger.runs import Runs
from luthier.ledger.store import Store, open_store
from luthier.ledger.tokens import Tokens


@final
class Ledger:
    """One database, shared by threads, processes and, on PostgreSQL, machines.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.db") as ledger:
        ...     ledger.runs.find()
        ()
    """

    def __init__(self, database: Database, *, clock: Callable[[], datetime] = utc_now, store: str | Path | None = None) -> None:
        """A ledger over a database whose tables are there; `Ledger.open` makes them."""
        self.database, self.now = database, clock
        self._place = store
        self._store: Store | None = None
        keys = Keys()
        self.runs = Runs(database, clock)
        self.bundles = Bundles(database, self._opened_store, clock)
        self.deployments = Deployments(database, keys, clock)
        self.predictions = Predictions(database, keys)
        self.labels = Labels(database, keys)
        self.passes = Passes(database, keys, clock)
        self.alarms = Alarms(database, keys, clock)
        self.tokens = Tokens(database, clock)

    @classmethod
    def open(
        cls, url: str | Path | None = None, *, clock: Callable[[], datetime] = utc_now, store: str | Path | None = None, patience_seconds: float = 10.0
    ) -> Self:
        """Open a ledger, made or brought to the newest format where needed.

        Args:
            url: a path, `sqlite:///PATH` or `postgresql://...`; where `find` finds one unless given, else a new one in the working folder.
            clock: tells the time; a test passes its own.
            store: a folder or an fsspec URL for the files of models; `$LUTHIER_STORE` unless given, else `bundles` beside the SQLite file.
            patience_seconds: how long a writer waits for its turn.

        Raises:
            LedgerUnwritable: it cannot be made there, or the server is away.
            LedgerTooNew: a newer Luthier wrote it.
        """
        database = Database(url or cls.find() or new_ledger(), patience_seconds=patience_seconds)
        try:
            _make_folder(database)
            migrate(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock=clock, store=store)

    @staticmethod
    def find() -> str | None:
        """The ledger that counts in the working folder: `$LUTHIER_LEDGER`, else `.luthier/ledger.db` there or upwards; None where there is none."""
        return find_ledger()

    @property
    def where(self) -> str:
        """The path, or the URL without its password."""
        return self.database.where

    def close(self) -> None:
        """Let all connections go."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _opened_store(self) -> Store:
        if self._store is None:
            self._store = open_store(_place_of_store(self.database, self._place))
        return self._store


def _place_of_store(database: Database, given: str | Path | None, environment: Mapping[str, str] = os.environ) -> str | Path:
    place = given or environment.get(STORE_VARIABLE)
    if place:
        return place
    if database.is_sqlite:
        return Path(database.where.removeprefix("file:")).parent / "bundles"
    raise SettingInvalid(f"A team's ledger needs a place for the files of models, but none came. Set {STORE_VARIABLE} to a shared folder or an fsspec URL.")


def _make_folder(database: Database) -> None:
    if database.is_sqlite and not database.where.startswith("file:"):
        try:
            Path(database.where).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = "a part of its path is a file" if isinstance(error, (FileExistsError, NotADirectoryError)) else str(error.strerror)
            raise LedgerUnwritable(f"The ledger {database.where} cannot be made: {reason}. Make its folder, or give another with --ledger.") from error
