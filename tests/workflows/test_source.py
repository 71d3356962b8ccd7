"""The data that a model was fitted on are taken again where they still stand as they were, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from luthier.core.errors import DataUnreadable
from luthier.ledger import Ledger
from luthier.workflows.source import inherited_source, recorded_source, source_facts
from tests.journeys.tables import patients, write_table
from tests.ledger.made_up import make_model, make_run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / write_table(tmp_path)


def kept(ledger: Ledger, folder: Path, facts: object) -> str:
    ledger.runs.begin(make_run("a", facts=facts))
    return ledger.bundles.keep(make_model(folder), run="a").hash


def test_the_table_is_found_again(ledger: Ledger, table: Path, tmp_path: Path) -> None:
    assert recorded_source(ledger, kept(ledger, tmp_path / "model", source_facts(table))) == table


def test_a_folder_is_remembered_by_its_place_alone_and_what_is_in_memory_not_at_all(tmp_path: Path) -> None:
    assert source_facts(tmp_path) == {"source": str(tmp_path)}
    assert source_facts(patients()) == {}
    assert source_facts(tmp_path / "nowhere.csv") == {}


def test_a_challenger_inherits_the_old_rows_of_the_champion_or_those_that_were_named(ledger: Ledger, table: Path, tmp_path: Path) -> None:
    bundle = kept(ledger, tmp_path / "model", {"source": "/there.csv", "source_bytes": 7, "rows": 90})

    assert inherited_source(ledger, bundle, None) == {"source": "/there.csv", "source_bytes": 7}
    assert inherited_source(ledger, bundle, table) == source_facts(table)


def test_a_table_that_nobody_wrote_down_is_asked_for(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(DataUnreadable) as refusal:
        recorded_source(ledger, kept(ledger, tmp_path / "model", {}))

    assert str(refusal.value) == (
        "Retraining needs the rows that the model was fitted on, but the ledger does not know where they are. Name them, or give --only-new."
    )


def test_a_table_that_is_gone_or_changed_is_refused(ledger: Ledger, table: Path, tmp_path: Path) -> None:
    bundle, opening = kept(ledger, tmp_path / "model", source_facts(table)), "Retraining needs the rows that the model was fitted on, but"
    os.utime(table, (1.0, 1.0))

    with pytest.raises(DataUnreadable) as changed:
        recorded_source(ledger, bundle)
    table.unlink()
    with pytest.raises(DataUnreadable) as gone:
        recorded_source(ledger, bundle)

    assert str(changed.value) == f"{opening} {table} has changed since. Name what to take, or give --only-new."
    assert str(gone.value) == f"{opening} {table} is not there any more. Name them, or give --only-new."
