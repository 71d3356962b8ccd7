"""luthier ui: for this machine alone."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from luthier.cli.ui import ui
from luthier.core.errors import SettingInvalid

app = typer.Typer()
app.command()(ui)


def test_ui_refuses_an_address_that_others_can_reach(tmp_path):
    ended = CliRunner().invoke(app, ["--host", "192.168.0.7", "--ledger", str(tmp_path / "ledger.db")])

    assert isinstance(ended.exception, SettingInvalid)
    assert "--host 192.168.0.7 came" in str(ended.exception)


def test_ui_takes_ports_that_there_are(tmp_path):
    ended = CliRunner().invoke(app, ["--port", "70000", "--ledger", str(tmp_path / "ledger.db")])

    assert ended.exit_code == 2
