"""Paths that lead nowhere, or to something else: one message and exit code 1 from every command, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import Result

from tests.journeys.conftest import Run
from tests.journeys.tables import write_table

OF_A_MODEL = {
    "predict": ("predict", "{}", "patients.csv"),
    "evaluate": ("evaluate", "{}", "patients.csv"),
    "report": ("report", "{}"),
    "show": ("show", "{}"),
    "export": ("export", "{}"),
    "like": ("fit", "patients.csv", "--target", "ill", "--work", "1k", "--out", "new", "--like", "{}"),
}
OF_DATA = {
    "fit": ("fit", "{}", "--target", "ill", "--work", "1k", "--out", "new"),
    "fit without a target": ("fit", "{}", "--work", "1k", "--out", "new"),
    "lr-find": ("lr-find", "{}", "--target", "ill"),
    "lr-find without a target": ("lr-find", "{}"),
}
NO_MODEL = "A model is a folder that `luthier fit` wrote, but {} {}. Give the folder that the fit named."
NAMES = {
    "nowhere": NO_MODEL.format("nowhere", "is not there"),
    "patients.csv": NO_MODEL.format("patients.csv", "is a file"),
    "empty": NO_MODEL.format("empty", "has no manifest.json"),
    "broken": "broken/manifest.json cannot be read as a manifest. Restore the bundle from a copy.",
}


def said(outcome: Result) -> str:
    """The one message of a command that ended with exit code 1."""
    assert outcome.exit_code == 1
    (line,) = (line for line in outcome.stderr.splitlines() if line.startswith("Error: "))
    return line.removeprefix("Error: ")


@pytest.fixture
def places(tmp_path: Path) -> Path:
    write_table(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{not JSON")
    return tmp_path


def filled(command: tuple[str, ...], name: object) -> list[str]:
    return [part.format(name) for part in command]


@pytest.mark.parametrize("command", OF_A_MODEL.values(), ids=OF_A_MODEL)
def test_what_is_no_model_is_told_by_every_command(places: Path, run: Run, command: tuple[str, ...]) -> None:
    for name, message in NAMES.items():
        assert said(run(*filled(command, name))) == message

    assert not (places / "new").exists()


@pytest.mark.parametrize("command", OF_DATA.values(), ids=OF_DATA)
@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("nowhere.csv", "There is no file 'nowhere.csv'. Check the path; "),
        ("patients.csv/inner.csv", "There is no file 'patients.csv/inner.csv'. Check the path; "),
        ("broken", "A table must be one file, but 'broken' is a directory. Name a file in it."),
        ("x" * 300 + ".csv", "A path that can be used is required, but 'xxx"),
    ],
    ids=["nowhere", "inside a file", "no model either", "too long"],
)
def test_what_is_no_data_is_told_by_every_command(places: Path, run: Run, command: tuple[str, ...], name: str, beginning: str) -> None:
    assert said(run(*filled(command, name))).startswith(beginning)


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("patients.csv/model", "patients.csv/model could not be written: a part of the path is a file. Nothing that stood there was changed."),
        ("/", "/ exists already. Choose another name, or give --force to replace it."),
    ],
)
def test_a_model_that_could_not_be_written_is_refused_before_the_table_is_read(places: Path, run: Run, out: str, message: str) -> None:
    assert said(run("fit", "nowhere.csv", "--target", "ill", "--out", out)) == message


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("command", [*OF_A_MODEL.values(), *OF_DATA.values()], ids=[*OF_A_MODEL, *OF_DATA])
def test_a_folder_that_may_not_be_read_is_told_by_every_command(places: Path, run: Run, command: tuple[str, ...]) -> None:
    (places / "broken").chmod(0)

    outcome = run(*filled(command, "broken"))

    (places / "broken").chmod(0o700)
    assert outcome.exit_code == 2
    assert "'broken' is not readable" in " ".join(outcome.stderr.replace("│", " ").split())


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("command", OF_A_MODEL.values(), ids=OF_A_MODEL)
def test_a_manifest_that_may_not_be_read_is_told_by_every_command(places: Path, run: Run, command: tuple[str, ...]) -> None:
    (places / "broken" / "manifest.json").chmod(0)

    assert said(run(*filled(command, "broken"))) == (
        "A path that can be used is required, but 'broken/manifest.json' cannot: Permission denied. Check the path and who may read and write there."
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written_is_refused_before_the_table_is_read(places: Path, run: Run) -> None:
    (places / "empty").chmod(0o500)

    outcome = run("fit", "nowhere.csv", "--target", "ill", "--out", "empty/model")

    assert said(outcome) == "empty/model could not be written: writing is not permitted there. Nothing that stood there was changed."
