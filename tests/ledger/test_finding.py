"""The ledger is found upwards like a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from luthier.core.errors import LedgerError
from luthier.ledger.finding import find_ledger, ledger_for_runs, ledger_in_use, new_ledger


def test_the_nearest_ledger_upwards_counts(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "a"):
        (folder / ".luthier").mkdir()
        (folder / ".luthier" / "ledger.db").touch()

    assert find_ledger(deep, {}) == str(tmp_path / "a" / ".luthier" / "ledger.db")
    assert find_ledger(tmp_path, {}) == str(tmp_path / ".luthier" / "ledger.db")


def test_the_variable_comes_first(tmp_path: Path) -> None:
    assert find_ledger(tmp_path, {"LUTHIER_LEDGER": "postgresql://db/models"}) == "postgresql://db/models"


def test_an_empty_variable_means_that_nothing_is_recorded(tmp_path: Path) -> None:
    (tmp_path / ".luthier").mkdir()
    (tmp_path / ".luthier" / "ledger.db").touch()

    assert find_ledger(tmp_path, {"LUTHIER_LEDGER": ""}) is None
    assert ledger_for_runs(tmp_path, {"LUTHIER_LEDGER": ""}) == ""


def test_a_fit_is_recorded_in_the_ledger_that_counts_or_in_a_new_one(tmp_path: Path) -> None:
    assert ledger_for_runs(tmp_path, {}) == new_ledger(tmp_path)
    assert ledger_for_runs(tmp_path, {"LUTHIER_LEDGER": "team.db"}) == "team.db"


def test_a_new_one_is_made_in_the_folder_itself(tmp_path: Path) -> None:
    assert new_ledger(tmp_path) == str(tmp_path / ".luthier" / "ledger.db")


def test_a_question_is_about_the_ledger_that_is_named_or_the_one_that_counts(tmp_path: Path) -> None:
    (tmp_path / "team.db").touch()

    assert ledger_in_use(str(tmp_path / "team.db")) == str(tmp_path / "team.db")
    assert ledger_in_use(f"sqlite:///{tmp_path / 'team.db'}") == f"sqlite:///{tmp_path / 'team.db'}"
    assert ledger_in_use("postgresql://db/models") == "postgresql://db/models"
    assert ledger_in_use(None, tmp_path, {"LUTHIER_LEDGER": str(tmp_path / "team.db")}) == str(tmp_path / "team.db")


def test_a_question_makes_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as none:
        ledger_in_use(None, tmp_path, {"LUTHIER_LEDGER": ""})
    with pytest.raises(LedgerError) as nowhere:
        ledger_in_use(f"{tmp_path}/nowhere.db")

    assert str(none.value) == (
        "A ledger must be there to look into, but none is found in the working folder or upwards. "
        "Begin one with `luthier fit` or `luthier serve`, or name it with --ledger."
    )
    assert str(nowhere.value) == f"A ledger must be there to look into, but there is none at {tmp_path}/nowhere.db. Check the path."
