"""Bundles: the models that the ledger keeps, each under the hash of its content."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, final

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from luthier.core.errors import BundleUnknown
from luthier.ledger.database import Database
from luthier.ledger.keys import no_bundle
from luthier.ledger.moments import to_micros, to_moment
from luthier.ledger.plain import from_text, to_text
from luthier.ledger.records import StoredBundle
from luthier.ledger.store import Store, read_folder
from luthier.ledger.tables import bundles


@final
class Bundles:
    """The models of a ledger.

    Laws: what is listed was stored whole before; the same model is kept once; what `fetch` hands out was compared with its hash.
    """

    def __init__(self, database: Database, store: Callable[[], Store], clock: Callable[[], datetime]) -> None:
        self._database, self._store, self._clock = database, store, clock

    def keep(self, folder: str | Path, *, name: str | None = None, run: str | None = None) -> StoredBundle:
        """Copy a model into the store and list it; one that is listed stays listed as it is.

        Args:
            name: what the user calls it; the folder's name unless given.
            run: id of the run that it came from.

        Raises:
            BundleMissing: the folder is no model.
            BundleDamaged: a file of it is not the one that was written.
            LedgerUnwritable: there is no room for it.
        """
        contents = read_folder(Path(folder))
        uri = self._store().put(contents)
        same = {"hash": contents.hash, "target": contents.target, "task": contents.task, "uri": uri, "scores": to_text(contents.scores)}
        row = {**same, "name": name or Path(folder).absolute().name, "run": run, "created_at": to_micros(self._clock())}
        if not self._found(contents.hash):
            try:
                with self._database.writing() as connection:
                    connection.execute(insert(bundles).values(**row))
            except IntegrityError:
                pass  # another process was quicker
        return self.get(contents.hash)

    def get(self, hash_or_prefix: str) -> StoredBundle:
        """The model with that hash, or the only one whose hash begins so.

        Raises:
            BundleUnknown: none does, or several do.
        """
        found = self._found(hash_or_prefix)
        if len(found) > 1:
            raise BundleUnknown(f"The start of a hash must fit one model, but {hash_or_prefix!r} fits {len(found)} or more. Give more of it.")
        if not found:
            raise no_bundle(hash_or_prefix)
        return _bundle_of(found[0])

    def fetch(self, hash_or_prefix: str) -> Path:
        """A local folder with the files of a model, all compared with their hashes.

        Raises:
            BundleUnknown: the ledger does not list it.
            BundleMissing: its files are not there.
            BundleDamaged: they are not what was kept.
        """
        return self._store().fetch(self.get(hash_or_prefix).hash)

    def all(self) -> tuple[StoredBundle, ...]:
        """All models, newest first."""
        with self._database.reading() as connection:
            return tuple(_bundle_of(row) for row in connection.execute(select(bundles).order_by(bundles.c.created_at.desc(), bundles.c.key.desc())))

    def _found(self, hash_or_prefix: str) -> list[Row[Any]]:
        query = select(bundles).where(bundles.c.hash.startswith(hash_or_prefix, autoescape=True)).limit(2)
        with self._database.reading() as connection:
            return list(connection.execute(query))


def _bundle_of(row: Row[Any]) -> StoredBundle:
    values = {name: value for name, value in row._mapping.items() if name != "key"}
    return StoredBundle(**{**values, "created_at": to_moment(row.created_at), "scores": from_text(row.scores)})
