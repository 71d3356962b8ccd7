"""Opening a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import SettingInvalid
from luthier.ledger import Ledger
from luthier.ledger.database import Database
from tests.ledger.made_up import keep_model, make_model, make_run


def test_a_ledger_is_made_where_there_is_none_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.db"
    with Ledger.open(path) as ledger:
        ledger.runs.begin(make_run("a"))

    with Ledger.open(f"sqlite:///{path}") as again:
        assert [run.id for run in again.runs.find()] == ["a"]
        assert again.where == str(path)


def test_models_are_kept_beside_a_ledger_in_a_file(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        kept = keep_model(ledger, tmp_path)

    assert kept.uri == str(tmp_path / "bundles" / kept.hash)


def test_a_ledger_on_a_server_needs_a_place_for_models(tmp_path: Path) -> None:
    ledger = Ledger(Database("postgresql://ada@db/models"))

    with pytest.raises(SettingInvalid) as refused:
        ledger.bundles.keep(make_model(tmp_path / "model"))

    assert str(refused.value) == (
        "A team's ledger needs a place for the files of models, but none came. Set LUTHIER_STORE to a shared folder or an fsspec URL."
    )
