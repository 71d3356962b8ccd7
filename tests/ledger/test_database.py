"""What is acknowledged is on the disk; what cannot be read or written is said in words."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from luthier.core.errors import LedgerError, LedgerUnwritable, SettingInvalid
from luthier.ledger import Ledger
from luthier.ledger.database import parse_url
from tests.ledger.made_up import keep_model, make_prediction, make_run

_WRITER = """
import sys
from itertools import count
from luthier.ledger import Ledger
from tests.ledger.made_up import make_predictions
path, first, second = sys.argv[1:]
with Ledger.open(path) as ledger:
    start, version = ledger.predictions.count("clinic"), ledger.deployments.get("clinic").version
    for batch in count(start, 50):
        ledger.predictions.record(make_predictions(range(batch, batch + 50), first))
        to, evidence = (first, second)[version % 2], {"version": version + 1}
        version = ledger.deployments.move("clinic", expected_version=version, to=to, kind="promote", who="me", why="", evidence=evidence).version
        sys.stdout.write(f"{batch + 50} {version}\\n")
        sys.stdout.flush()
"""


def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    path, dice = tmp_path / "ledger.db", random.Random(7)
    with Ledger.open(path) as ledger:
        first, second = keep_model(ledger, tmp_path, "first").hash, keep_model(ledger, tmp_path, "second").hash
        ledger.deployments.create("clinic", first, who="ada", why="")

    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path), first, second], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline() for _ in range(dice.randint(3, 12))]
        writer.kill()
        acknowledged += writer.communicate()[0].splitlines()
        rows, version = map(int, next(line for line in reversed(acknowledged) if line.count(" ") == 1).split())

        with Ledger.open(path) as ledger, closing(sqlite3.connect(path)) as plain:
            ids = set(ledger.predictions.window("clinic")["id"])
            deployment, history = ledger.deployments.get("clinic"), ledger.deployments.history("clinic")
            assert {f"row-{number}" for number in range(rows)} <= ids
            assert len(ids) == ledger.predictions.count("clinic")
            assert len(ids) % 50 == 0
            assert deployment.version == len(history) >= version
            assert (deployment.champion, history[-1].evidence) == (history[-1].after, {"version": len(history)})
            assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def refusal(path: Path | str) -> LedgerError:
    with pytest.raises(LedgerError) as refused:
        Ledger.open(path, patience_seconds=0.05)
    return refused.value


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger, ledger.database.reading() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert settings == ["wal", 2, 1]


def test_a_read_only_ledger_is_read_and_refuses_to_be_written(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path) as writable, Ledger.open(f"sqlite:///file:{path}?mode=ro&uri=true") as ledger:
        writable.runs.begin(make_run("a"))
        with pytest.raises(LedgerUnwritable) as refused:
            ledger.runs.begin(make_run("b"))

        assert str(refused.value) == f"The ledger file:{path} cannot be written to: it is read-only. Nothing of this was written."
        assert isinstance(refused.value, OSError)
        assert [run.id for run in ledger.runs.find()] == ["a"]


def test_a_full_disk_leaves_what_was_written_and_a_ledger_that_can_be_read(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        bundle = keep_model(ledger, tmp_path).hash
        ledger.deployments.create("clinic", bundle, who="ada", why="")
        ledger.predictions.record([make_prediction(1, bundle)])
        with ledger.database.reading() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")  # as many pages as it has

        with pytest.raises(LedgerUnwritable) as refused:
            ledger.predictions.record([make_prediction(number, bundle) for number in range(2, 500)])

        assert str(refused.value) == f"The ledger {ledger.where} cannot be written to: the disk is full. Nothing of this was written."
        assert ledger.predictions.count("clinic") == len(ledger.predictions.window("clinic")) == 1


def test_who_waits_for_another_program_too_long_is_told_and_readers_do_not_wait(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db", patience_seconds=0.05) as ledger, closing(sqlite3.connect(tmp_path / "ledger.db")) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(LedgerUnwritable) as refused:
            ledger.runs.begin(make_run("a"))

        assert ledger.runs.find() == ()
    assert str(refused.value) == (
        f"The ledger {tmp_path / 'ledger.db'} cannot be written to: another program has been writing to it for too long. Nothing of this was written."
    )


def test_who_waits_for_another_thread_too_long_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    with Ledger.open(tmp_path / "ledger.db", patience_seconds=0.05) as ledger, ledger.database.writing():

        def write() -> None:
            with pytest.raises(LedgerUnwritable) as refused:
                ledger.runs.begin(make_run("a"))
            told.append(str(refused.value))

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()

    reason = "another thread has been writing to it for too long"
    assert told == [f"The ledger {tmp_path / 'ledger.db'} cannot be written to: {reason}. Nothing of this was written."]


def test_a_block_that_fails_has_written_nothing(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        with pytest.raises(KeyboardInterrupt), ledger.database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO tokens (name, hash, scopes, created_at) VALUES ('a', 'b', 'c', 1)")
            raise KeyboardInterrupt

        assert ledger.tokens.all() == ()


def test_what_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("not a database, however long this line may be" * 100)

    assert str(refusal(tmp_path / "text")) == (
        f"{tmp_path / 'text'} is not a ledger, or it is damaged (file is not a database). Restore it from a copy, or give another with --ledger."
    )
    assert str(refusal(tmp_path)) == f"The ledger {tmp_path} cannot be written to: the file cannot be opened for writing. Nothing of this was written."
    assert str(refusal(tmp_path / "text" / "ledger.db")) == (
        f"The ledger {tmp_path / 'text' / 'ledger.db'} cannot be made: a part of its path is a file. Make its folder, or give another with --ledger."
    )


def test_a_server_that_is_away_is_named_without_the_password(tmp_path: Path) -> None:
    refused = refusal(f"postgresql://ada:secret@/models?host={tmp_path}")

    assert isinstance(refused, LedgerUnwritable)
    assert "postgresql://ada:***@/models" in str(refused)
    assert str(refused).endswith(" cannot be written to: the server is away, or refuses the connection. Nothing of this was written.")


@pytest.mark.parametrize(
    ("url", "shown"),
    [("mysql://ada:secret@db/x", "mysql://ada:***@db/x"), ("sqlite://", "sqlite://"), ("sqlite:///:memory:", "sqlite:///:memory:"), ("://x", "://...")],
    ids=["mysql", "nowhere", "memory", "nothing"],
)
def test_a_ledger_is_a_path_or_one_of_two_urls(url: str, shown: str) -> None:
    with pytest.raises(SettingInvalid) as refused:
        parse_url(url)

    assert str(refused.value) == f"A ledger is a path, sqlite:///PATH or postgresql://USER@HOST/DATABASE, but '{shown}' came. Give one of these."
