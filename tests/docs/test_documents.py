"""Documents cannot lie: their Python runs, their commands exist, their links lead somewhere, their reference is the code's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from luthier.cli.app import app
from scripts import reference

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """Every `luthier` command line in the documents."""
    return sorted({line[2:] for page in PAGES for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ luthier")})


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_documents_is_understood(line):
    _, name, *arguments = shlex.split(line)
    command = typer.main.get_command(app).commands[name]

    context = command.make_context(name, arguments)

    assert context.command.name == name


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_between_documents_lead_somewhere(page):
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if not target.startswith("http")]

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", reference.pages())
def test_a_reference_page_is_what_the_code_says(name):
    assert (reference.FOLDER / name).read_text() == reference.pages()[name], "Run `make docs`."


def test_every_option_and_setting_is_explained():
    group = typer.main.get_command(app)
    silent = [f"{name} {parameter.name}" for name, command in group.commands.items() for parameter in command.params if not getattr(parameter, "help", None)]
    blank = [f"{name}: {line}" for name, text in reference.pages().items() for line in text.splitlines() if re.search(r"\|\s+\|", line) and "--" not in line]

    assert (silent, blank) == ([], [])


def test_every_command_ends_its_help_with_an_example_of_itself():
    group = typer.main.get_command(app)

    assert all(command.epilog.startswith(f"Example:\n\nluthier {name} ") for name, command in group.commands.items())
