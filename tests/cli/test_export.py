from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from luthier.cli.export import export
from luthier.workflows.fit import fit
from tests.journeys.tables import patients

APP = typer.Typer()
APP.command()(export)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fit(patients(), target="ill", work="2k", folds=2, out=tmp_path_factory.mktemp("export") / "model").path


def test_the_script_goes_to_stdout_and_nothing_else(model: Path) -> None:
    outcome = CliRunner().invoke(APP, [str(model), "--to", "python"])

    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith('"""One network of a Luthier model in plain PyTorch: ')
    compile(outcome.stdout, "train.py", "exec")


def test_a_file_gets_the_script_and_stderr_says_so(model: Path, tmp_path: Path) -> None:
    path = tmp_path / "train.py"

    outcome = CliRunner().invoke(APP, [str(model), "--out", str(path), "--json"])

    assert json.loads(outcome.stdout) == {"out": str(path)}
    assert outcome.stderr == f"The script was written to {path}. Run it: python {path} DATA\n"
    assert path.read_text() == json.loads(CliRunner().invoke(APP, [str(model), "--json"]).stdout)["script"]
