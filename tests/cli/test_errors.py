"""What an error looks like to the person at the terminal."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from luthier.cli.app import ErrorReporting, app
from luthier.cli.options import Debug
from luthier.core.errors import DataUnreadable, Interrupted


def failing_app(error: BaseException) -> typer.Typer:
    """A program with one command that raises, and another one."""
    program = typer.Typer(cls=ErrorReporting, pretty_exceptions_enable=False)

    @program.command()
    def fail(debug: Debug = False) -> None:
        raise error

    @program.command()
    def rest() -> None:
        """Makes `fail` a command of its own."""

    return program


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DataUnreadable("A table is required, but 'x' is a picture. Give a CSV file."), "Error: A table is required, but 'x' is a picture. Give a CSV file.\n"),
        (Interrupted("Stopped at your request. Nothing was kept."), "Error: Stopped at your request. Nothing was kept.\n"),
        (KeyboardInterrupt(), "Error: Stopped at your request. Nothing was written.\n"),
        (
            PermissionError(errno.EACCES, "Permission denied", "wages.csv"),
            "Error: A path that can be used is required, but 'wages.csv' cannot: Permission denied. Check the path and who may read and write there.\n",
        ),
    ],
    ids=["error", "interrupted", "ctrl-c", "permission"],
)
def test_an_error_raised_on_purpose_is_one_message_on_stderr_and_exit_code_1(error, message):
    outcome = CliRunner().invoke(failing_app(error), ["fail"])

    assert (outcome.exit_code, outcome.stdout, outcome.stderr) == (1, "", message)


def test_debug_shows_the_traceback_before_the_message():
    outcome = CliRunner().invoke(failing_app(DataUnreadable("No table.")), ["fail", "--debug"])

    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("Traceback (most recent call last):")
    assert outcome.stderr.endswith("Error: No table.\n")


def test_a_bug_keeps_its_traceback():
    outcome = CliRunner().invoke(failing_app(ZeroDivisionError("bug")), ["fail"])

    assert isinstance(outcome.exception, ZeroDivisionError)


def test_an_error_of_the_system_that_is_about_no_path_is_a_bug():
    outcome = CliRunner().invoke(failing_app(OSError(errno.EBADF, "Bad file descriptor")), ["fail"])

    assert isinstance(outcome.exception, OSError)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fit"], "Missing argument 'DATA'"),
        (["fit", "table.csv", "--targt", "y"], "No such option: --targt"),
        (["fit", "table.csv", "--target", "y", "--kind", "zip"], "--kind must look like COL=category, but 'zip' came."),
        (["fit", "table.csv", "--target", "y", "--folds", "many"], "unable to parse string as an integer"),
        (["tune"], "No such command 'tune'"),
    ],
    ids=["no-data", "misspelled", "kind", "number", "command"],
)
def test_wrong_usage_is_explained_with_exit_code_2(arguments, said):
    outcome = CliRunner().invoke(app, arguments, terminal_width=200)

    assert outcome.exit_code == 2
    assert said in " ".join(outcome.stderr.replace("│", " ").split())


def test_python_dash_m_is_the_program():
    process = subprocess.run([sys.executable, "-m", "luthier", "--version"], capture_output=True, text=True, check=False)

    assert (process.returncode, process.stdout, process.stderr) == (0, "luthier 0.1.0\n", "")
