"""From an older format of the ledger to the newest: ordered named functions, one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, insert, inspect, select, text, update

from luthier.core.errors import LedgerTooNew
from luthier.ledger.database import Database
from luthier.ledger.tables import create_tables, ledger_format

Step = Callable[[Connection], None]
STEPS: tuple[Step, ...] = ()
"""Step i leads from format i + 1 to format i + 2. A new ledger is made in the newest format at once: a step changes `tables.py` too."""
_LOCK = 7_105_811
"Any number: those who open one PostgreSQL ledger at once take turns under it."


def migrate(database: Database, *, create: Step = create_tables, steps: Sequence[Step] = STEPS) -> int:
    """Make the tables, or bring them to the newest format, whose number is returned.

    Args:
        create: makes all tables of the newest format.
        steps: from each older format to the next one.

    Raises:
        LedgerTooNew: a newer Luthier wrote it.
    """
    newest = 1 + len(steps)
    while _found(database, newest) != newest:
        with database.writing() as connection:
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            _one_step(connection, create, steps)
    return newest


def _found(database: Database, newest: int) -> int:
    with database.reading() as connection:
        number = _number(connection)
    if number > newest:
        raise LedgerTooNew(f"The ledger {database.where} has format {number}, but this Luthier knows formats up to {newest}. Upgrade Luthier.")
    return number


def _number(connection: Connection) -> int:
    if not inspect(connection).has_table(ledger_format.name):
        return 0
    return int(connection.execute(select(ledger_format.c.number)).scalar_one())


def _one_step(connection: Connection, create: Step, steps: Sequence[Step]) -> None:
    number = _number(connection)  # another process may have been quicker
    if number == 0:
        create(connection)
        connection.execute(insert(ledger_format).values(number=1 + len(steps)))
    elif number <= len(steps):
        steps[number - 1](connection)
        connection.execute(update(ledger_format).values(number=number + 1))
