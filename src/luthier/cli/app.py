"""The program `luthier`: its commands, and what an error looks like to the person at the terminal."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from luthier import __version__
from luthier.cli.demo import demo
from luthier.cli.evaluate import evaluate
from luthier.cli.export import export
from luthier.cli.fit import fit
from luthier.cli.label import label
from luthier.cli.lr_find import lr_find
from luthier.cli.monitor import monitor
from luthier.cli.policy import policy
from luthier.cli.predict import predict
from luthier.cli.promote import promote
from luthier.cli.report import report
from luthier.cli.retrain import retrain
from luthier.cli.rollback import rollback
from luthier.cli.runs import runs
from luthier.cli.serve import serve
from luthier.cli.show import show
from luthier.cli.token import token
from luthier.cli.ui import ui
from luthier.core.errors import LuthierError


class ErrorReporting(TyperGroup):
    """Ends a command with one clear message and exit code 1 where the user must change something.

    Usage errors keep their exit code 2. A path that the system refuses is for the user to mend. All other errors that nobody raised on
    purpose are bugs: they keep their traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except LuthierError as error:
            _show(str(error), debug=bool(ctx.obj))
        except OSError as error:
            if error.filename is None:
                raise
            _show(_unusable(error), debug=bool(ctx.obj))
        except KeyboardInterrupt:
            _show("Stopped at your request. Nothing was written.", debug=bool(ctx.obj))
        raise typer.Exit(1)


def _unusable(error: OSError) -> str:
    return f"A path that can be used is required, but {str(error.filename)!r} cannot: {error.strerror}. Check the path and who may read and write there."


def _show(message: str, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    typer.echo(f"Error: {message}", err=True)


app = typer.Typer(
    cls=ErrorReporting,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
    epilog="Example:\n\nluthier fit patients.csv --target diagnosis --budget 2m",
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"luthier {__version__}")
        raise typer.Exit


@app.callback()
def luthier(
    version: Annotated[bool, typer.Option("--version", is_eager=True, expose_value=False, callback=_tell_version, help="Print the version.")] = False,
) -> None:
    """Build, tune and keep in tune neural networks for your own data."""


_EXAMPLES: dict[Callable[..., None], str] = {
    fit: "luthier fit patients.csv --target diagnosis --budget 2m --out diagnosis-model",
    predict: "luthier predict diagnosis-model new_patients.csv --proba --out predictions.csv",
    evaluate: "luthier evaluate diagnosis-model later_patients.csv",
    report: "luthier report diagnosis-model --open",
    show: "luthier show diagnosis-model",
    export: "luthier export diagnosis-model --to python --out train.py",
    lr_find: "luthier lr-find patients.csv --target diagnosis",
    serve: "luthier serve diagnosis-model --name diagnosis",
    label: "luthier label diagnosis labels.csv",
    monitor: "luthier monitor diagnosis --self-test",
    retrain: "luthier retrain diagnosis --budget 2m --dry-run",
    promote: "luthier promote diagnosis --dry-run",
    rollback: "luthier rollback diagnosis --dry-run",
    policy: "luthier policy diagnosis margin=0.01 weeks=52",
    runs: "luthier runs --target diagnosis",
    ui: "luthier ui --port 8001",
    token: "luthier token reader --scope predict",
    demo: "luthier demo health --budget 2m",
}
for command, example in _EXAMPLES.items():
    app.command(epilog=f"Example:\n\n{example}")(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program and exit: 0 done, 1 something must be changed, 2 wrong usage, 3 a check failed."""
    app(list(arguments) if arguments is not None else sys.argv[1:], prog_name="luthier")
