"""Documents cannot lie: their Python runs, their commands exist, their links lead somewhere, their reference is the code's."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer.main

from luthier.cli.app import app
from luthier.serve.native import parse_question
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


def curls() -> list[list[str]]:
    """Every `curl` command line in the documents, in its words."""
    lines = {line[2:] for page in PAGES for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ curl")}
    return [shlex.split(line) for line in sorted(lines)]


def option(words: list[str], name: str) -> str:
    """What stands behind an option."""
    return words[words.index(name) + 1]


@contextmanager
def processes_ended(names: Mapping[str, object]) -> Iterator[None]:
    """A page that starts a process also ends it; this does where the page failed before."""
    try:
        yield
    finally:
        for process in names.values():
            if isinstance(process, subprocess.Popen) and process.poll() is None:
                process.kill()
                process.communicate()


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}

    with processes_ended(names):
        for block in blocks(page, "python"):
            exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("line", commands())
def test_a_command_in_the_documents_is_understood(line):
    _, name, *arguments = shlex.split(line)
    command = typer.main.get_command(app).commands[name]

    context = command.make_context(name, arguments)

    assert context.command.name == name


@pytest.mark.parametrize("words", curls(), ids=lambda words: " ".join(words)[:60])
def test_a_request_in_the_documents_asks_a_route_that_there_is(words):
    asked = option(["", *words], "curl")

    assert f"`POST {urlsplit(asked).path}`" in (reference.FOLDER / "http.md").read_text()
    assert parse_question(json.loads(option(words, "--json"))).size == 1  # -d would send it as a form


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_between_documents_lead_somewhere(page):
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if not target.startswith("http")]

    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("name", reference.pages())
def test_a_reference_page_is_what_the_code_says(name):
    assert (reference.FOLDER / name).read_text() == reference.pages()[name], "Run `make docs`."


def test_every_environment_variable_has_its_line():
    read = {name for file in (ROOT / "src").rglob("*.py") for name in re.findall(r"\b(?:LUTHIER|XDG)_[A-Z_]+\b", file.read_text())}

    told = set(re.findall(r"^\| `([A-Z_]+)`", (reference.FOLDER / "environment.md").read_text(), flags=re.MULTILINE))

    assert told == read


def test_every_option_and_setting_is_explained():
    group = typer.main.get_command(app)
    silent = [f"{name} {parameter.name}" for name, command in group.commands.items() for parameter in command.params if not getattr(parameter, "help", None)]
    blank = [f"{name}: {line}" for name, text in reference.pages().items() for line in text.splitlines() if re.search(r"\|\s+\|", line) and "--" not in line]

    assert (silent, blank) == ([], [])


def test_every_command_ends_its_help_with_an_example_of_itself():
    group = typer.main.get_command(app)

    assert all(command.epilog.startswith(f"Example:\n\nluthier {name} ") for name, command in group.commands.items())
