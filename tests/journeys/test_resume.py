"""A fit that is killed at any moment goes on where it was, and ends in the same model."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.conftest import Run
from tests.journeys.tables import write_table

SETTINGS = ("--target", "ill", "--work", "8k", "--folds", "2")
FIT = (*SETTINGS, "--out", "model")


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "luthier", "fit", write_table(folder), *FIT, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finished_hash(model: Path) -> str:
    record = json.loads((model / "report.json").read_text())
    return next(fact["value"] for fact in record["provenance"] if fact["label"] == "weights hash")


def lines_written(folder: Path) -> int:
    journal = folder / "model.run" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def kill_after(process: subprocess.Popen[bytes], folder: Path, lines: int, delay: float) -> None:
    """Kill -9 some moments after the process has written so many lines of the journal."""
    before = lines_written(folder)
    while process.poll() is None and lines_written(folder) < before + lines:
        time.sleep(0.01)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_three_times_at_random_moments_it_ends_in_the_same_model(tmp_path: Path, run: Run):
    kill_after(start(tmp_path), tmp_path, lines=2, delay=random.random() / 2)
    for _ in range(2):
        if (tmp_path / "model.run").exists():
            kill_after(start(tmp_path, "--resume"), tmp_path, lines=1, delay=random.random() / 4)

    if (tmp_path / "model.run").exists():
        outcome = run("fit", "patients.csv", *FIT, "--resume")
        assert outcome.exit_code == 0
        assert "Going on with the run at model.run: " in outcome.stderr
    assert run("fit", "patients.csv", *SETTINGS, "--out", "unbroken").exit_code == 0

    assert finished_hash(tmp_path / "model") == finished_hash(tmp_path / "unbroken")
    assert not (tmp_path / "model.run").exists()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed")
    kill_after(start(folder), folder, lines=2, delay=0.0)
    return folder


@pytest.fixture
def interrupted(killed: Path, tmp_path: Path) -> Path:
    """A copy of the killed run, to be spoiled."""
    return Path(shutil.copytree(killed, tmp_path, dirs_exist_ok=True))


def test_the_same_command_without_resume_says_that_a_run_stands_there(interrupted: Path, run: Run):
    outcome = run("fit", "patients.csv", *FIT)

    assert outcome.exit_code == 1
    assert outcome.stderr.strip().endswith("Error: An interrupted run stands at model.run. Go on with it by --resume, or start anew by --force.")


@pytest.mark.parametrize(
    ("change", "words"),
    [(("--seed", "7"), "seed was 0 and is 7 now"), (("--folds", "3"), "folds was 2 and is 3 now"), (("--work", "50k"), "work was 8000 and is 50000 now")],
)
def test_a_run_is_not_taken_up_with_other_settings(interrupted: Path, run: Run, change: tuple[str, str], words: str):
    outcome = run("fit", "patients.csv", *FIT, *change, "--resume")

    assert outcome.exit_code == 1
    assert words in outcome.stderr


def test_a_run_is_not_taken_up_with_other_data(interrupted: Path, run: Run):
    rows = (interrupted / "patients.csv").read_text().splitlines()
    (interrupted / "patients.csv").write_text("\n".join(rows[:-1]) + "\n")

    outcome = run("fit", "patients.csv", *FIT, "--resume")

    assert outcome.exit_code == 1
    assert "the same data, settings and versions only, but at model.run data was" in outcome.stderr


def test_a_finished_run_is_not_taken_up(model: Path, run: Run):
    outcome = run("fit", model.parent / "patients.csv", "--target", "ill", "--work", "4k", "--folds", "2", "--out", model, "--resume")

    assert outcome.exit_code == 1
    assert outcome.stderr.strip().endswith(f"--resume goes on with a run that was interrupted, but {model} is finished. Leave --resume out.")


def test_a_run_that_was_killed_before_it_wrote_anything_starts_from_the_beginning(tmp_path: Path, run: Run):
    write_table(tmp_path)

    outcome = run("fit", "patients.csv", "--target", "ill", "--work", "4k", "--folds", "2", "--out", "model", "--resume")

    assert outcome.exit_code == 0
    assert "Nothing was begun at model yet: starting from the beginning.\n" in outcome.stderr
