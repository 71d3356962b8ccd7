"""The short form of `benchmarks.service_kills`."""

from __future__ import annotations

import sys

import pytest

from benchmarks.service_kills import DEPLOYMENT, Told, halves, missing, run_all
from luthier.ledger import Ledger
from tests.bundle.made_up import MadeUp
from tests.serve.made_up import json_rows


@pytest.fixture
def killed(ledger: Ledger, classifier: MadeUp) -> Ledger:
    ledger.deployments.create(DEPLOYMENT, ledger.bundles.keep(classifier.folder).hash, who="a test", why="to be killed")
    return ledger


def test_whatever_the_moment_of_a_kill_all_that_was_acknowledged_is_there_and_the_service_starts_again(killed: Ledger) -> None:
    said: list[str] = []
    command = [sys.executable, "-m", "tests.serve.serve_main", killed.where, DEPLOYMENT, "durable"]

    broken = run_all(command, killed.where, json_rows(20), kills=3, seconds=0.6, connections=3, seed=1, tell=said.append)

    assert broken == []
    assert killed.predictions.count(DEPLOYMENT) > 20, said


def test_what_is_lost_or_there_by_halves_is_found(killed: Ledger) -> None:
    row, lost = json_rows(1)[0], Told(labels={"label": "1"})
    lost.predictions["prediction"] = row, 1
    with killed.database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO traffic (deployment, sort, minute, bundle, rows) VALUES (1, 'predictions', 1, 1, 2)")

    assert list(missing(killed.where, lost)) == ["the prediction prediction is lost", "the label of label is lost"]
    assert list(halves(killed.where)) == ["2 predictions are counted, 0 are there"]
