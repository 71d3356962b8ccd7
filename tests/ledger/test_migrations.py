"""An older ledger is brought to the newest format step by step; a newer one is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, update

from luthier.core.errors import LedgerTooNew
from luthier.ledger import Ledger
from luthier.ledger.database import Database
from luthier.ledger.migrations import migrate
from luthier.ledger.tables import METADATA, ledger_format
from tests.ledger.made_up import make_run


def add_note(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE runs ADD COLUMN note TEXT DEFAULT 'none'")


def shorten_note(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE runs SET note = substr(note, 1, 2)")


def break_off(connection: Connection) -> None:
    add_note(connection)
    raise RuntimeError("broken")


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Database]:
    """A ledger of format 1 with a run in it."""
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.runs.begin(make_run("a"))
        yield ledger.database


def format_of(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT number FROM ledger_format").scalar_one())


def test_the_steps_that_are_missing_are_taken_in_their_order_and_once(old: Database) -> None:
    for _ in range(2):
        newest = migrate(old, steps=[add_note, shorten_note])

        with old.reading() as connection:
            assert connection.exec_driver_sql("SELECT id, note FROM runs").all() == [("a", "no")]
        assert (newest, format_of(old)) == (3, 3)


def test_a_step_that_fails_changes_nothing_and_those_before_it_stay(old: Database) -> None:
    with pytest.raises(RuntimeError, match="broken"):
        migrate(old, steps=[lambda connection: None, break_off])

    with old.reading() as connection:
        assert "note" not in connection.exec_driver_sql("SELECT * FROM runs").keys()  # noqa: SIM118 - a cursor, not a dict
    assert format_of(old) == 2


def test_a_new_ledger_is_made_in_the_newest_format_at_once(tmp_path: Path) -> None:
    database = Database(tmp_path / "ledger.db")

    def create(connection: Connection) -> None:
        METADATA.create_all(connection)
        add_note(connection)

    assert migrate(database, create=create, steps=[add_note]) == format_of(database) == 2
    database.close()


def test_a_newer_format_is_refused(old: Database, tmp_path: Path) -> None:
    with old.writing() as connection:
        connection.execute(update(ledger_format).values(number=2))

    with pytest.raises(LedgerTooNew) as refused:
        Ledger.open(tmp_path / "ledger.db")

    assert str(refused.value) == f"The ledger {tmp_path / 'ledger.db'} has format 2, but this Luthier knows formats up to 1. Upgrade Luthier."
