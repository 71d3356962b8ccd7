"""A fit that is killed at any moment goes on where it was, and ends in the same model."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.conftest import Run
from tests.journeys.tables import write_table

FIT = ("--target", "ill", "--work", "60k", "--folds", "2", "--out", "model")


def start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "luthier", "fit", write_table(folder), *FIT, *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def finished_hash(folder: Path) -> str:
    record = json.loads((folder / "model" / "report.json").read_text())
    return next(fact["value"] for fact in record["provenance"] if fact["label"] == "weights hash")


def lines_written(folder: Path) -> int:
    journal = folder / "model.run" / "journal.jsonl"
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def kill_after(process: subprocess.Popen[bytes], folder: Path, lines: int, delay: float) -> None:
    """Kill -9 some moments after the journal has so many lines."""
    while process.poll() is None and lines_written(folder) < lines:
        time.sleep(0.01)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_three_times_at_random_moments_it_ends_in_the_same_model(tmp_path: Path):
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    unbroken.mkdir()
    broken.mkdir()
    assert start(unbroken).wait() == 0

    kill_after(start(broken), broken, lines=2, delay=random.random())
    for lines in (3, 5):
        if (broken / "model.run").exists():
            kill_after(start(broken, "--resume"), broken, lines=lines, delay=random.random() / 2)
    if (broken / "model.run").exists():
        assert start(broken, "--resume").wait() == 0

    assert finished_hash(broken) == finished_hash(unbroken)
    assert not (broken / "model.run").exists()


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    kill_after(start(tmp_path), tmp_path, lines=2, delay=0.0)
    return tmp_path


def test_the_same_command_without_resume_says_that_a_run_stands_there(interrupted: Path, run: Run):
    outcome = run("fit", "patients.csv", *FIT)

    assert outcome.exit_code == 1
    assert outcome.stderr.strip().endswith("Error: An interrupted run stands at model.run. Go on with it by --resume, or start anew by --force.")


@pytest.mark.parametrize(
    ("change", "words"),
    [(("--seed", "7"), "seed was 0 and is 7 now"), (("--folds", "3"), "folds was 2 and is 3 now"), (("--work", "50k"), "work was 60000 and is 50000 now")],
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
