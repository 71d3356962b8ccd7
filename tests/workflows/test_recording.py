"""What the ledger hears of a fit; a ledger that fails never stops one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from luthier.core.clock import Stopwatch
from luthier.core.errors import TrainingFailed
from luthier.core.listener import Silent
from luthier.ledger import Ledger, Run
from luthier.workflows.fit import fit
from luthier.workflows.preparation import Preparation, prepare_table
from luthier.workflows.recording import Recorder
from luthier.workflows.settings import FitSettings
from tests.journeys.tables import patients, write_table

SETTINGS = FitSettings(target="ill", work=2_000, folds=2, seed=3)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preparation]:
    with ExitStack() as stack:
        yield prepare_table(patients(), SETTINGS, Silent(), Stopwatch(), work=tmp_path_factory.mktemp("work"), open_until_the_end=stack)


@contextmanager
def recorder_of(where: Ledger | str | None, prepared: Preparation, folder: Path) -> Iterator[Recorder]:
    with Recorder.of(where, Silent()) as recorder:
        recorder.begin(prepared, SETTINGS, folder, source=patients(), run="a")
        yield recorder


def the_run(ledger: Ledger) -> Run:
    (run,) = ledger.runs.find()
    return run


def test_a_fit_leaves_its_run_its_scores_its_curves_and_its_model(ledger: Ledger, tmp_path: Path) -> None:
    table = tmp_path / write_table(tmp_path)

    result = fit(table, target="ill", work="2k", folds=2, seed=3, out=tmp_path / "model", ledger=ledger)

    run = the_run(ledger)
    assert (run.name, run.target, run.task, run.metric, run.state, run.seed) == ("patients.csv", "ill", "binary", "log_loss", "done", 3)
    assert (run.path, run.budget_seconds, run.score) == (str(tmp_path / "model"), None, result.score())
    assert (run.facts["rows"], run.facts["sealed_rows"], run.facts["source"]) == (90, 18, str(table))
    assert run.facts["sealed_opened_at"] == result.record.created
    assert run.bundle is not None
    assert (ledger.bundles.get(run.bundle).run, ledger.bundles.fetch(run.bundle).is_dir()) == (run.id, True)
    assert ledger.runs.points(run.id) != ()


def test_curves_move_while_the_fit_goes_on_but_not_at_every_step(ledger: Ledger, prepared: Preparation, tmp_path: Path) -> None:
    with recorder_of(ledger, prepared, tmp_path) as recorder:
        for step in range(5):
            recorder.tell("mlp", 1.0 / (step + 1), seconds=float(step), metric="log_loss")

    (point,) = ledger.runs.points("a")
    assert (point.title, point.epochs, point.errors, point.metric) == ("mlp", (0.0,), (1.0,), "log_loss")


@pytest.mark.parametrize(("error", "state"), [(KeyboardInterrupt(), "interrupted"), (TrainingFailed("All diverged."), "failed")], ids=["ctrl-c", "failed"])
def test_a_run_without_a_model_says_why(ledger: Ledger, prepared: Preparation, tmp_path: Path, error: BaseException, state: str) -> None:
    with pytest.raises(type(error)), recorder_of(ledger, prepared, tmp_path):
        raise error

    assert the_run(ledger).state == state


def test_what_fails_before_it_began_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(TrainingFailed), Recorder.of(ledger, Silent()):
        raise TrainingFailed("All diverged.")

    assert ledger.runs.find() == ()


def test_without_a_ledger_nothing_is_recorded(prepared: Preparation, tmp_path: Path) -> None:
    with recorder_of("", prepared, tmp_path) as recorder:
        recorder.tell("mlp", 0.5, seconds=1.0, metric="log_loss")

    assert (recorder.events, recorder.failure) == ((), None)


def test_a_ledger_that_cannot_be_written_is_told_and_does_not_stop_the_fit(prepared: Preparation, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with recorder_of(str(tmp_path / "file" / "ledger.db"), prepared, tmp_path) as recorder:
        recorder.tell("mlp", 0.5, seconds=1.0, metric="log_loss")

    assert [(event.name, event.what) for event in recorder.events] == [
        (
            "not-recorded",
            f"The ledger does not hold this run: The ledger {tmp_path / 'file' / 'ledger.db'} cannot be made: "
            "a part of its path is a file. Make its folder, or give another with --ledger.",
        )
    ]


def test_a_ledger_that_was_opened_by_the_caller_stays_open(ledger: Ledger, prepared: Preparation, tmp_path: Path) -> None:
    with recorder_of(ledger, prepared, tmp_path):
        pass

    assert the_run(ledger).state == "running"
