"""A model in use by the command line: served, labeled, watched, retrained, promoted and rolled back."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import polars as pl
import pytest
import typer.main
from typer.testing import CliRunner

from luthier.cli.app import app
from luthier.ledger import Ledger

NAME = "diagnosis"
ROWS = 300


def visits(rows: int, *, seed: int, otherwise: bool = False) -> pl.DataFrame:
    """Columns age, sex, marker and the target diagnosis; `otherwise`, markers are higher, and whoever would be ill is not."""
    rng = np.random.default_rng(seed)
    age, marker, sex = rng.uniform(20, 90, rows), rng.normal(15, 5, rows), rng.choice(["f", "m"], rows)
    ill = age + 2 * marker + 10 * (sex == "m") + rng.normal(0, 8, rows) > 90
    marker, ill = (marker + 20, ~ill) if otherwise else (marker, ill)
    return pl.DataFrame({"age": age.round(1), "sex": sex, "marker": marker.round(2), "diagnosis": np.where(ill, "ill", "well")})


def luthier(*arguments: object) -> Any:
    outcome = CliRunner().invoke(app, [str(argument) for argument in arguments], terminal_width=200)
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


@contextmanager
def process(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A command that goes on, and the first line that it says."""
    command = [sys.executable, "-m", "luthier", *arguments, "--ledger", str(folder / ".luthier" / "ledger.db")]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        try:
            yield running, running.stderr.readline().strip()
        finally:
            running.kill()


def use(folder: Path, address: str, table: pl.DataFrame, *, called: str) -> list[str]:
    """Ask about rows under ids of our own, and write a file of what came true; the ids that were answered."""
    ids = [f"{called}-{row:03}" for row in range(table.height)]
    reply = httpx.post(f"{address}/v1/predict", json={"rows": table.drop("diagnosis").to_dicts(), "ids": ids}, timeout=60)
    pl.DataFrame({"prediction_id": ids, "label": table["diagnosis"]}).write_csv(folder / f"{called}.csv")
    return [row["prediction_id"] for row in reply.raise_for_status().json()["predictions"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a service left behind, and what was said meanwhile."""

    folder: Path
    said: str
    ended: int
    answered: list[str]
    labeled: Any
    quiet: Any
    drifted: Any


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Ordinary visits, their labels and a pass; other visits, their labels and a pass; and the service was told to stop."""
    folder = tmp_path_factory.mktemp("in-service")
    ledger = ("--ledger", folder / ".luthier" / "ledger.db")
    visits(600, seed=0).write_csv(folder / "visits.csv")
    fitted = luthier("fit", folder / "visits.csv", "--target", "diagnosis", "--work", "4k", "--folds", "2", "--out", folder / "model", *ledger)
    assert fitted.exit_code == 0, fitted.stderr
    with process(folder, "serve", "model", "--name", NAME, "--port", "0", "--durable") as (service, said):
        address = said.rsplit(" ", 1)[-1]
        answered = use(folder, address, visits(ROWS, seed=1), called="labels")
        labeled, quiet = luthier("label", NAME, folder / "labels.csv", *ledger), luthier("monitor", NAME, *ledger)
        answered += use(folder, address, visits(ROWS, seed=2, otherwise=True), called="later")
        luthier("label", NAME, folder / "later.csv", *ledger)
        drifted = luthier("monitor", NAME, "--out", folder / "pass.html", *ledger)
        service.send_signal(signal.SIGTERM)
        ended = service.wait(30)
    return Story(folder=folder, said=said, ended=ended, answered=answered, labeled=labeled, quiet=quiet, drifted=drifted)


@pytest.fixture
def there(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the service left behind, to work in; its ledger is found as a repository is."""
    folder = Path(shutil.copytree(story.folder, tmp_path / "work"))
    monkeypatch.chdir(folder)
    monkeypatch.delenv("LUTHIER_LEDGER", raising=False)
    return folder


@pytest.fixture(scope="module")
def challenger(story: Story) -> str:
    """The hash of a challenger that learned from use, in the story's own ledger."""
    ledger, out = ("--ledger", story.folder / ".luthier" / "ledger.db"), story.folder / "challenger"
    trained = luthier("retrain", NAME, "--only-new", "--work", "4k", "--out", out, "--why", "the new scanner", *ledger, "--json")
    assert trained.exit_code == 0, trained.stderr
    return str(json.loads(trained.stdout)["challenger"])


def test_the_service_says_where_it_answers_and_ends_well_with_all_that_it_answered_on_record(story: Story, there: Path) -> None:
    with Ledger.open() as ledger:
        recorded = ledger.predictions.known(NAME, story.answered)

    assert story.said.startswith(f"{NAME} (version 1) answers at http://127.0.0.1:")
    assert (story.ended, len(story.answered), set(recorded)) == (0, 2 * ROWS, set(story.answered))


def test_labels_are_counted_and_a_repeated_file_changes_nothing(story: Story, there: Path) -> None:
    again = luthier("label", NAME, "labels.csv", "--json")

    assert story.labeled.stdout == "New                       300\nRepeated                  0\nWithout a prediction yet  0\n"
    assert json.loads(again.stdout) == {"new": 0, "repeated": 300, "unknown": 0}


def test_ordinary_rows_raise_no_alarm_and_other_ones_end_with_exit_code_3(story: Story) -> None:
    assert (story.quiet.exit_code, story.drifted.exit_code) == (0, 3)
    assert story.quiet.stdout.startswith("Nothing changed that is both sure and big enough to matter (300 rows against 120 of the reference, ")
    assert "\nrealised-quality: The log-loss rose by " in story.drifted.stdout
    assert "\ndrift: Column 'marker' drifted since " in story.drifted.stdout
    assert f"\nLooked at: luthier monitor {NAME} --close " in story.drifted.stdout
    assert "marker" in (story.folder / "pass.html").read_text()


def test_a_pass_without_new_rows_waits_but_judges_the_labels(there: Path) -> None:
    seen = luthier("monitor", NAME)

    assert seen.exit_code == 3
    assert seen.stdout.startswith(f"{NAME}: 0 answers since the last pass; a pass needs 50, so these wait for more.\n\nrealised-quality: ")


def test_an_alarm_that_somebody_looked_at_is_closed(there: Path) -> None:
    closed = luthier("monitor", NAME, "--close", "1", "--why", "a new scanner")

    assert closed.stdout == "Alarm 1 of diagnosis (log-loss) is closed: a new scanner\n"
    assert "Open alarms: 5 (marker)" in luthier("monitor", NAME).stdout


def test_a_challenger_learns_from_use_and_waits_in_the_shadow(story: Story, challenger: str, there: Path) -> None:
    with Ledger.open() as ledger:
        run = ledger.runs.get(str(ledger.bundles.get(challenger).run))
        deployment = ledger.deployments.get(NAME)

    assert (deployment.challenger, deployment.version) == (challenger, 2)
    assert (run.state, run.facts["deployment"], run.facts["why"]) == ("done", NAME, "the new scanner")


def test_a_dry_run_of_a_retraining_says_what_would_be_learned_from(there: Path) -> None:
    planned = luthier("retrain", NAME, "visits.csv", "--dry-run")

    assert planned.stdout == "Learned from  600 old and 450 new rows\nJudged on     the newest 150 rows\n"
    assert json.loads(luthier("retrain", NAME, "--only-new", "--dry-run", "--json").stdout)["old_rows"] == 0


def test_a_retraining_that_is_not_due_says_so_and_ends_well(challenger: str, there: Path) -> None:
    said = luthier("retrain", NAME, "--if-due")

    assert said.exit_code == 0
    assert said.stdout == "Nothing was trained: 'diagnosis' was retrained 0 minutes ago, and its policy wants 24.0 hours in between.\n"
    assert json.loads(luthier("retrain", NAME, "--if-due", "--json").stdout)["due"] is False


def test_a_promotion_is_tried_made_and_taken_back(challenger: str, there: Path) -> None:
    tried = luthier("promote", NAME, "--dry-run")
    made = luthier("promote", NAME, "--who", "Ada", "--json")
    seen = luthier("rollback", NAME, "--dry-run")
    back = luthier("rollback", NAME, "--json")

    assert tried.stdout.startswith("The challenger is better: log-loss ")
    assert f"\nChanged   no; it would be {challenger[:12]}\n" in tried.stdout
    assert [json.loads(one.stdout)["version"] for one in (made, back)] == [3, 4]
    assert json.loads(made.stdout)["champion"] == challenger
    assert seen.stdout.startswith("Changed   no; it would be ")
    with Ledger.open() as ledger:
        assert [(change.kind, change.who) for change in ledger.deployments.history(NAME)][1:2] == [("promote", "Ada")]


def test_runs_are_listed_filtered_and_compared(challenger: str, there: Path) -> None:
    listed = json.loads(luthier("runs", "--target", "diagnosis", "--state", "done", "--json").stdout)

    compared = luthier("runs", listed[0]["id"][:6], listed[1]["id"])

    assert [run["bundle"] == challenger for run in listed] == [True, False]
    assert "visits.csv" in luthier("runs").stdout
    assert listed[1]["id"][:8] in compared.stdout
    assert "sealed rows" in compared.stdout
    assert luthier("runs", "--target", "price").stdout == "The ledger knows no such run.\n"


def test_a_token_is_shown_once_and_can_be_revoked(there: Path) -> None:
    secret = json.loads(luthier("token", "lab", "--scope", "predict", "--scope", "label", "--json").stdout)["secret"]
    with Ledger.open() as ledger:
        opened = ledger.tokens.scopes_of(secret)
    revoked = luthier("token", "lab", "--revoke")

    assert opened == {"predict", "label"}
    assert revoked.stdout == "Revoked  lab\n"
    with Ledger.open() as ledger:
        assert ledger.tokens.scopes_of(secret) == frozenset()


def test_the_pages_are_shown(there: Path) -> None:
    with process(there, "ui", "--port", "0") as (_, said):
        page = httpx.get(said.rsplit(" ", 1)[-1], follow_redirects=True, timeout=60)

    assert page.status_code == 200
    assert NAME in page.text


@pytest.mark.parametrize("name", ["label", "monitor", "retrain", "promote", "rollback", "runs", "token"])
def test_the_example_of_a_command_works(name: str, challenger: str, there: Path) -> None:
    if name == "rollback":
        luthier("promote", NAME)
    epilog = typer.main.get_command(app).commands[name].epilog  # type: ignore[attr-defined]

    ran = luthier(*shlex.split(epilog.split("\n\nluthier ")[1]))

    assert (ran.exit_code in (0, 3), ran.stderr.startswith("Error")) == (True, False)


def test_two_tables_are_compared_without_a_model(there: Path) -> None:
    visits(ROWS, seed=5).write_csv("same.csv")
    visits(ROWS, seed=6, otherwise=True).write_csv("other.csv")

    same = luthier("monitor", "--reference", "visits.csv", "--current", "same.csv")
    other = luthier("monitor", "--reference", "visits.csv", "--current", "other.csv", "--json")

    assert (same.exit_code, other.exit_code) == (0, 3)
    assert "marker" in [alert["subject"] for alert in json.loads(other.stdout)["alerts"]]


UNKNOWN = "A deployment must be in the ledger, but 'diagnosys' is not. Did you mean 'diagnosis'?"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("label diagnosys labels.csv", UNKNOWN),
        ("monitor diagnosys", UNKNOWN),
        ("retrain diagnosys", UNKNOWN),
        ("promote diagnosys", UNKNOWN),
        ("rollback diagnosys", UNKNOWN),
        ("serve diagnosys", "A model must be a folder that a fit wrote, a stored bundle's hash or a deployment's name, but 'diagnosys' is none of these. Did "),
        ("serve model --host 0.0.0.0 --port 0", "A service that others can reach at 0.0.0.0 needs a token, but the ledger has none. Make one "),
        ("serve model --port 99999", "port must be from 0 to 65535, but 99999 came. Change it."),
        ("serve spoiled --port 0", ""),
        ("label diagnosis strange.csv", "A label must be one of ill, well, but 'dead' came (1 such rows). Correct it; "),
        ("label diagnosis visits.csv", "Column 'prediction_id' says which prediction a label is for, but the table does not have it. "),
        ("label diagnosis nowhere.csv", "There is no file 'nowhere.csv'. Check the path; "),
        ("promote diagnosis", "A promotion needs a challenger, but 'diagnosis' has none. Train one with `luthier retrain diagnosis`, or name a bundle."),
        ("promote diagnosis abcdef", "A model must be kept in the ledger, but it has none with the hash 'abcdef'. "),
        ("rollback diagnosis", "A rollback needs a champion before the present one, but 'diagnosis' had none. Name a bundle."),
        ("monitor diagnosis --webhook ftp://ops", "A web hook must be an http or https address, but 'ftp://ops' came. Correct it."),
        ("monitor diagnosis --close 99", "An alarm must be in the ledger to be closed, but it has none with the number 99. "),
        ("monitor diagnosis --out pass.html", "pass.html exists already. Choose another name, or give --force to replace it."),
        ("monitor --reference visits.csv --current labels.csv", "Column 'age' is an input, but the table does not have it. "),
        ("runs zzz", "A run must be in the ledger, but it has none whose id begins with 'zzz'. `luthier runs` lists them."),
        ("runs --ledger nowhere.db", "A ledger must be there to look into, but there is none at nowhere.db. Check the path."),
        ("token lab --revoke", "A token must be in the ledger to be revoked, but it has none named 'lab'. "),
    ],
)
def test_what_must_be_changed_is_said_in_one_message_with_exit_code_1(story: Story, untrained: Path, command: str, message: str) -> None:
    refused = luthier(*shlex.split(command))

    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith(f"Error: {message}")
    assert refused.stderr.count("\n") == 1


@pytest.fixture
def untrained(there: Path) -> Path:
    """The copy without a challenger, with a spoiled model and with labels of a class that nobody knows."""
    with Ledger.open() as ledger:
        deployment = ledger.deployments.get(NAME)
        if deployment.challenger is not None:
            ledger.deployments.shadow(NAME, expected_version=deployment.version, challenger=None)
    shutil.copytree(there / "model", there / "spoiled")
    (there / "spoiled" / "model.onnx").write_bytes(b"other")
    pl.DataFrame({"prediction_id": ["a"], "label": ["dead"]}).write_csv(there / "strange.csv")
    return there


def test_too_few_labels_are_refused_before_anything_is_trained(there: Path) -> None:
    with Ledger.open() as ledger:
        ledger.deployments.create("new", ledger.deployments.get(NAME).champion, who="a test", why="to be asked")

    refused = luthier("retrain", "new", "--only-new")

    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: Retraining needs at least 100 labeled rows of use, half of them to judge by, but 'new' has 0. Bring labels with `luthier label new FILE`.\n",
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("monitor", "Name a DEPLOYMENT, or give two tables with --reference and --current."),
        ("monitor diagnosis --reference visits.csv", "Name a DEPLOYMENT, or give two tables with --reference and --current."),
        ("monitor --reference visits.csv", "A comparison needs both --reference and --current."),
        ("monitor diagnosis --every 1m --out page.html", "A page is of one pass: leave --out or --every out."),
        ("runs --state finished", "'finished' is not one of 'running', 'done', 'interrupted', 'failed'"),
        ("runs --limit 0", "should be greater than or equal to 1"),
        ("token lab --scope everything", "'everything' is not one of 'predict', 'label', 'promote'"),
    ],
)
def test_wrong_usage_ends_with_exit_code_2(there: Path, command: str, said: str) -> None:
    refused = luthier(*shlex.split(command))

    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.replace("│", " ").split())


def test_without_a_ledger_nothing_is_looked_into_and_none_is_made(run: Any, tmp_path: Path) -> None:
    refused = run("runs")

    assert (refused.exit_code, refused.stderr) == (
        1,
        "Error: A ledger must be there to look into, but none is found in the working folder or upwards. "
        "Begin one with `luthier fit` or `luthier serve`, or name it with --ledger.\n",
    )
    assert list(tmp_path.iterdir()) == []
