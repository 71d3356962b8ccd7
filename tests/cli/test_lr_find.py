from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from luthier.cli.lr_find import curve, lr_find, print_rates
from luthier.fit.lr_range import LearningRateRange
from luthier.fit.noise_scale import NoiseScale
from luthier.workflows.lr_find import RateFinding, RateFindings
from tests.journeys.tables import write_table

APP = typer.Typer()
APP.command()(lr_find)


def finding(**changes: object) -> RateFinding:
    """A made-up result."""
    found = {
        "rates": (1e-4, 1e-3, 1e-2, 1e-1),
        "losses": (1.0, 0.9, 0.1, 4.0),
        "steepest": 1e-2,
        "lowest": 1e-2,
        "diverged_at": 0.1,
        "suggested": 1e-3,
        "low_end": 1e-4,
        "high_end": 1e-2,
        "fall": 0.9,
        "fall_error": 0.01,
    }
    noise = NoiseScale(simple=900.0, interval=(500.0, 2000.0), batch_size=64, advice="Batch 64 is small.")
    return RateFinding(name="mlp", published=2e-3, batch_size=64, range=LearningRateRange(**{**found, **changes}), noise=noise)


def test_a_line_for_each_network_and_advice_below(capsys: pytest.CaptureFixture[str]) -> None:
    print_rates(RateFindings(name="patients.csv", target="ill", rows=58, findings=(finding(),)))

    assert capsys.readouterr().out == (
        "Network  batch  published  suggested  search from  to    diverges at  loss, rates rising\n"
        "mlp      64     0.002      0.001      0.0001       0.01  0.1          ▃▃▃▃▂▂▂▂▂▂▂▂▁▁▁▁▁▁▁▁████\n"
        "\n"
        "mlp: Batch 64 is small.\n"
    )


def test_an_unclear_fall_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    print_rates(RateFindings(name="patients.csv", target="ill", rows=58, findings=(finding(fall=0.01, diverged_at=None),)))

    said = capsys.readouterr().out
    assert "  -            " in said
    assert said.endswith("mlp: the loss fell no further than its noise does, so the suggestion is a guess. Give more --steps.\n")


def test_a_flat_curve_is_a_low_line() -> None:
    assert curve([1.0, 1.0], width=4) == "▁▁▁▁"


def test_the_command_finds_rates_as_text_and_as_json(tmp_path: Path) -> None:
    table = str(tmp_path / write_table(tmp_path))
    arguments = [table, "--target", "ill", "--net", "mlp", "--steps", "20"]

    text, plain = (CliRunner().invoke(APP, [*arguments, *more]) for more in ([], ["--json"]))

    assert text.exit_code == plain.exit_code == 0
    assert text.stdout.startswith("Network  batch  published")
    assert text.stderr == "patients.csv: learning from 57 rows, 1 recipe.\n"
    assert json.loads(plain.stdout)["findings"][0]["name"] == "mlp"
