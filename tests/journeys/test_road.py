"""The whole road by the command line: fit, predict, evaluate, report, show."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.journeys.tables import ROWS, patients, write_table

QUICK = ("--work", "2k", "--folds", "2")


def test_fit_prints_verdict_scores_and_paths_on_stdout_and_talks_on_stderr(run, tmp_path):
    write_table(tmp_path)

    fitted = run("fit", "patients.csv", "--target", "ill", *QUICK, "--out", "model")

    assert fitted.exit_code == 0
    assert fitted.stdout.startswith("On 18 rows that it had never seen, the model ")
    assert [label for label in ("log-loss", "accuracy", "ROC AUC") if label not in fitted.stdout] == []
    assert fitted.stdout.endswith("Predict  luthier predict model NEW_ROWS.csv --out predictions.csv\n")
    assert fitted.stderr.startswith("patients.csv: 90 rows; columns: 2 numeric, 1 category.\n")


def test_fit_as_json_is_one_document_with_scores_and_paths(run, tmp_path):
    write_table(tmp_path)

    record = json.loads(run("fit", "patients.csv", "--target", "ill", *QUICK, "--out", "model", "--json").stdout)

    assert (record["path"], record["report"], record["target"]) == ("model", "model/report.html", "ill")
    assert [contestant["name"] for contestant in record["contestants"]][:2] == ["model", "constant"]


def test_a_model_gets_a_free_name_where_none_is_given(run, tmp_path):
    write_table(tmp_path)
    (tmp_path / "ill.luthier").mkdir()

    fitted = run("fit", "patients.csv", "--target", "ill", *QUICK)

    assert "Model    ill-2.luthier\n" in fitted.stdout
    assert (tmp_path / "ill-2.luthier" / "manifest.json").exists()


def test_the_demo_knows_its_table_and_its_target(run):
    record = json.loads(run("demo", "health", "--work", "5k", "--json").stdout)

    assert (record["path"], record["target"], record["rows"]) == ("luthier-demo-health", "diagnosis", 8694)


@pytest.mark.parametrize(
    ("name", "read"),
    [("p.csv", pl.read_csv), ("p.parquet", pl.read_parquet), ("p.jsonl", pl.read_ndjson), ("p.arrow", pl.read_ipc)],
    ids=["csv", "parquet", "jsonl", "arrow"],
)
def test_predictions_are_the_same_in_every_format_and_on_stdout(run, tmp_path, model, name, read):
    write_table(tmp_path)
    printed = pl.read_csv(io.StringIO(run("predict", model, "patients.csv", "--proba").stdout))

    written = run("predict", model, "patients.csv", "--proba", "--out", name)

    assert (written.exit_code, written.stdout, written.stderr) == (0, "", f"90 predictions were written to {name}.\n")
    assert printed.columns == ["prediction", "proba_no", "proba_yes"]
    assert read(tmp_path / name).equals(printed)


def test_predictions_keep_the_order_of_the_rows_whatever_the_order_of_the_columns(run, tmp_path, model):
    write_table(tmp_path)
    patients().reverse().select("marker", pl.lit("new").alias("ward"), "sex", "age").write_parquet(tmp_path / "other.parquet")

    forward, backward = (json.loads(run("predict", model, name, "--json").stdout) for name in ("patients.csv", "other.parquet"))

    assert len(forward) == ROWS
    assert backward == forward[::-1]


def test_unseen_categories_and_missing_values_are_answered(run, tmp_path, model):
    write_table(tmp_path, sex=pl.lit("x"), age=pl.lit(None, dtype=pl.Float64), marker=pl.lit(None, dtype=pl.Float64))

    predicted = json.loads(run("predict", model, "patients.csv", "--proba", "--json").stdout)

    assert all(row["prediction"] in ("yes", "no") and 0 < row["proba_yes"] < 1 for row in predicted)


def test_evaluate_scores_rows_whose_truth_is_known(run, tmp_path, model):
    write_table(tmp_path)

    evaluation = json.loads(run("evaluate", model, "patients.csv", "--cost", "miss=10,false=1", "--json").stdout)
    text = run("evaluate", model, "patients.csv").stdout

    assert (evaluation["rows"], evaluation["classes"], evaluation["cost"] is not None) == (ROWS, ["no", "yes"], True)
    assert "balanced accuracy" in text
    assert "precision" in text


def test_show_says_what_a_model_is(run, model):
    shown = run("show", model)

    assert shown.stdout.startswith("Predicts      ill (binary)\nFrom          3 columns: age, sex, marker\nLearned from  patients.csv, 72 rows; 18 sealed\n")
    assert json.loads(run("show", model, "--json").stdout)["rows"] == ROWS


def test_report_names_the_page(run, model):
    page = model / "report.html"

    assert run("report", model).stdout == f"{page}\n"
    assert json.loads(run("report", model, "--json").stdout) == {"report": str(page)}
    assert page.read_text().startswith("<!doctype html>")


def test_force_replaces_a_model_whole(run, tmp_path, model):
    write_table(tmp_path)
    shutil.copytree(model, tmp_path / "model")
    (tmp_path / "model" / "leftover").touch()

    assert run("fit", "patients.csv", "--target", "ill", *QUICK, "--out", "model", "--force").exit_code == 0

    assert not (tmp_path / "model" / "leftover").exists()


def interrupted(folder: Path, *moments: str) -> subprocess.CompletedProcess[str]:
    """A long fit that gets Ctrl-C each time when it has said something."""
    command = [sys.executable, "-m", "luthier", "fit", "patients.csv", "--target", "ill", "--budget", "10m", "--out", "model"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        said = []
        for moment in moments:
            while moment not in (line := process.stderr.readline()):
                said.append(line)
            process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    return subprocess.CompletedProcess(command, process.returncode, stdout, "".join(said) + stderr)


def test_ctrl_c_in_the_training_finishes_with_what_there_is(tmp_path):
    write_table(tmp_path)

    process = interrupted(tmp_path, "log-loss")

    assert process.returncode == 0, process.stderr
    assert (tmp_path / "model" / "manifest.json").exists()


def test_a_second_ctrl_c_writes_no_model_and_leaves_a_run_that_resumes(tmp_path):
    write_table(tmp_path)

    process = interrupted(tmp_path, "Plan:", "Ctrl-C:")

    assert process.returncode == 1
    assert process.stderr.endswith("No model was written; the same command with --resume goes on.\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.run", "patients.csv"]
