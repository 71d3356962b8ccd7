from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from luthier.cli.app import app
from tests.journeys.pictures import write_photos
from tests.journeys.tables import write_table

Run = Callable[..., Any]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Decoded images are kept in a folder of these tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LUTHIER_CACHE", str(folder))
        yield folder


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder: `run("fit", "patients.csv", ...)` gives exit_code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments: object) -> Any:
        outcome = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
            raise outcome.exception
        return outcome

    return command


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that the command line fitted; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("journey")
    table = folder / write_table(folder)
    outcome = CliRunner().invoke(app, ["fit", str(table), "--target", "ill", "--work", "4k", "--folds", "2", "--out", str(folder / "model")])
    assert outcome.exit_code == 0, outcome.stderr
    return folder / "model"


@pytest.fixture(scope="session")
def image_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of `photos` beside it, that the command line fitted; tests that change either take a copy."""
    folder = tmp_path_factory.mktemp("image-journey")
    outcome = CliRunner().invoke(app, ["fit", str(folder / write_photos(folder)), "--work", "2k", "--folds", "2", "--out", str(folder / "model")])
    assert outcome.exit_code == 0, outcome.stderr
    return folder / "model"
