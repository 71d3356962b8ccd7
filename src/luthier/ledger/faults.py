"""What the databases say when they cannot read or write, in words for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from luthier.core.errors import LedgerError, LedgerUnwritable

_SQLITE = {
    sqlite3.SQLITE_PERM: "writing is not permitted there",
    sqlite3.SQLITE_BUSY: "another program has been writing to it for too long",
    sqlite3.SQLITE_LOCKED: "another program has been writing to it for too long",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_IOERR: "its disk fails, or is full",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened for writing",
}
_POSTGRES = {
    "25006": "it is read-only",
    "40P01": "another program and this one waited for each other",
    "42501": "the user may not write there",
    "53100": "the disk of the server is full",
    "53300": "the server has too many connections",
    "55P03": "another program has been writing to it for too long",
}


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what a database says into `LedgerUnwritable`, or `LedgerError` where the ledger itself is broken."""
    try:
        yield
    except PoolTimeout as error:
        raise unwritable(where, "too many threads wait for it") from error
    except DBAPIError as error:
        if (reason := _reason(error)) is not None:
            raise unwritable(where, reason) from error
        if _is_broken(error):
            raise LedgerError(f"{where} is not a ledger, or it is damaged ({error.orig}). Restore it from a copy, or give another with --ledger.") from error
        raise


def unwritable(where: str, reason: str) -> LedgerUnwritable:
    """The error for a ledger that cannot be written to."""
    return LedgerUnwritable(f"The ledger {where} cannot be written to: {reason}. Nothing of this was written.")


def _reason(error: DBAPIError) -> str | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state is None or state.startswith(("57P", "08")):
        return "the server is away, or refuses the connection" if isinstance(error, (OperationalError, InterfaceError)) else None
    return _POSTGRES.get(state)


def _is_broken(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
