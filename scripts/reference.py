"""Write docs/reference from the code: `make docs`. A test fails where the pages and the code differ."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import typer.main

from luthier.cli.app import app
from luthier.core import errors
from luthier.data import CHECKS
from luthier.data.images import IMAGE_CHECKS
from luthier.evaluate import METRICS
from luthier.fit import AUGMENTATIONS
from luthier.nets import ARCHITECTURES
from luthier.optim import OPTIMIZERS, SCHEDULES
from scripts import alarm_kinds, http_routes, ledger_tables, search_space

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/reference.py: change the code, then run `make docs`. -->"


def pages() -> dict[str, str]:
    """Every generated page by its file name."""
    return {
        "cli.md": cli_page(),
        "errors.md": errors_page(),
        "metrics.md": metrics_page(),
        "architectures.md": architectures_page(),
        "optimizers.md": parts_page("Optimizers", "Names for the optimizer of a recipe, with their settings.", OPTIMIZERS),
        "schedules.md": parts_page("Schedules", "How the learning rate moves over a training; names for the schedule of a recipe.", SCHEDULES),
        "augmentations.md": parts_page(
            "Augmentations", "How training images are changed; names for the augmentation of a recipe, with their settings.", AUGMENTATIONS
        ),
        "checks.md": checks_page(),
        "search-space.md": _page("Search space", search_space.parts(table=_table, notes=field_notes)),
        "http.md": _page("HTTP routes", http_routes.parts(table=_table, settings=_settings)),
        "alarms.md": _page("Alarms and policy", alarm_kinds.parts(table=_table, settings=_settings)),
        "ledger.md": _page("Ledger", ledger_tables.parts(table=_table, notes=field_notes)),
    }


def cli_page() -> str:
    """Every command with its arguments, options and example."""
    group: Any = typer.main.get_command(app)
    parts = [group.help or ""]
    for name, command in group.commands.items():
        example = command.epilog.split("\n\n", 1)[1]
        rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        parts += [f"## luthier {name}", command.help, f"```console\n$ {example}\n```", _table(("argument or option", "meaning", "default"), rows)]
    codes = [("0", "done"), ("1", "you must change something: one message on stderr says what"), ("2", "wrong usage"), ("3", "a check failed")]
    parts += ["## Exit codes", _table(("code", "meaning"), codes)]
    parts.append("Results go to stdout, talk and progress to stderr. Some things are said by [environment variables](environment.md).")
    return _page("Command line", parts)


def _parameter(parameter: Any) -> tuple[str, str, str]:
    name = ", ".join(f"`{option}`" for option in parameter.opts) if parameter.param_type_name == "option" else f"`{parameter.metavar}`"
    if parameter.required:
        return name, parameter.help, "required"
    default = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    absent = "" if parameter.param_type_name == "option" else "none"
    return name, parameter.help, absent if default is None or default is False else f"`{default}`"


def errors_page() -> str:
    """Every error with its meaning and its bases."""
    classes = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, errors.LuthierError)]
    rows = [(f"`{kind.__name__}`", ", ".join(f"`{base.__name__}`" for base in kind.__bases__), _first(kind)) for kind in classes]
    return _page("Errors", ["All of them are in `luthier.errors` and derive from `LuthierError`.", _table(("error", "is also a", "raised where"), rows)])


def metrics_page() -> str:
    """Every metric with its tasks and its direction."""
    rows = [
        (f"`{name}`", metric.label, ", ".join(sorted(kind.value for kind in metric.tasks)), "greater" if metric.greater_is_better else "smaller")
        for name, metric in METRICS.items()
    ]
    return _page("Metrics", ["Names for `--metric`.", _table(("metric", "called", "tasks", "better is"), rows)])


def architectures_page() -> str:
    """Every architecture with its source and its settings."""
    parts = ["Names for the net of a recipe, with their settings."]
    for name, architecture in ARCHITECTURES.items():
        parts += [f"## {name}", _text(architecture.module), _settings(architecture.settings)]
    return _page("Architectures", parts)


def parts_page(title: str, intro: str, registry: Mapping[str, type]) -> str:
    """Every part of a registry, with its settings."""
    parts = [intro]
    for name, kind in registry.items():
        parts += [f"## {name}", _text(kind), _settings(kind)]
    return _page(title, parts)


def checks_page() -> str:
    """Every data check with what it looks for."""
    intro = "What `fit` looks for before it learns. A refusal stops the fit unless `--force-through NAME` overrides it; the override is recorded."
    return _page("Data checks", [intro, "## Tables", _checks(CHECKS), "## Images", _checks(IMAGE_CHECKS)])


def _checks(checks: Mapping[str, Any]) -> str:
    rows = [(f"`{name}`", _sentence(inspect.getdoc(sys.modules[check.__module__]) or "").split(": ", 1)[1]) for name, check in checks.items()]
    return _table(("check", "finds"), rows)


def _settings(kind: type) -> str:
    notes = field_notes(kind)
    rows = [
        (f"`{field.name}`", notes.get(field.name, ""), f"`{field.default!r}`" if field.default is not MISSING else "") for field in fields(kind) if field.init
    ]
    return _table(("setting", "meaning", "default"), rows) if rows else "No settings."


def field_notes(kind: type) -> dict[str, str]:
    """The string under each field of a class, by the field's name."""
    notes: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for field, note in zip(statements, statements[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(note, ast.Expr) and isinstance(note.value, ast.Constant):
                notes[getattr(field.target, "id", "")] = " ".join(str(note.value.value).split())
    return notes


def _text(kind: type) -> str:
    return inspect.getdoc(kind) or ""


def _first(kind: type) -> str:
    return _sentence(inspect.getdoc(kind) or "")


def _sentence(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split())


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(title: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, *parts]) + "\n"


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
