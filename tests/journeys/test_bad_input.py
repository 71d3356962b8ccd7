"""Bad input: exit code 1, one whole message that says what is required, what came and what to do; nothing is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.journeys.tables import patients, set_cell, write_table

BINARY = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4

FILES = {
    "empty": (b"", "'table.csv' is empty. A table has a header row and rows below it."),
    "header-only": (b"age,ill\n", "A fit needs at least 10 rows, but the table has 0. Add rows."),
    "binary": (BINARY, "'table.csv' must hold text in rows and columns, but it holds binary data. Give a CSV, TSV, Parquet, JSON lines or Arrow file."),
    "ragged": (
        b"age,sex,ill\n1,f,no\n2,m,yes,no\n",
        "Each row must have 3 fields as the header has, but row 2 of 'table.csv' has 4: '2,m,yes,no'. "
        "Repair that row, or put quotes around text that holds the separator.",
    ),
    "encoding": (
        "name,ill\nJörg,no\n".encode("latin-1") * 10,
        "'table.csv' must be encoded in UTF-8, but row 1 of column 'name' holds b'J\\xf6rg'. Save it as UTF-8, or convert it: iconv -f latin1 -t utf-8.",
    ),
    "duplicate-names": (b"age,age,ill\n1,2,no\n", "Column names must differ, but 'table.csv' has 2 columns named 'age'. Rename all but one."),
}

REFUSAL = "'patients.csv' is not fit to learn from as it is.\n{name}: {text}\nIf you know better, override with --force-through {name}."
CONTENTS = {
    "constant-target": (
        {"ill": pl.lit("no")},
        "The target 'ill' must have at least two different values, but all 90 rows hold 'no'. Choose another column.",
    ),
    "missing-target": ({"ill": pl.lit(None, dtype=pl.String)}, "The target 'ill' must have values, but all 90 rows lack one. Choose another column."),
    "class-with-one-row": (
        {"ill": set_cell("ill", 7, "perhaps")},
        REFUSAL.format(
            name="class-too-small",
            text="A class with one row cannot be both learned and judged: 'perhaps'. "
            "Add rows, join the class with another, or remove the row; or give --task regression if 'ill' is a number.",
        ),
    ),
    "constant-features": (
        {"age": pl.lit(50), "sex": pl.lit("f"), "marker": pl.lit(1.5)},
        "A network needs at least one column that varies, but every column except the target is constant, an identifier or the group. "
        "Add columns, or state a kind with --kind.",
    ),
    "infinite": (
        {"age": set_cell("age", 3, float("inf"))},
        REFUSAL.format(
            name="non-finite-number",
            text="Inputs must be finite numbers, but these columns hold infinite ones: 'age' (1). "
            "Put the right number there, or leave the cell empty if it is not known.",
        ),
    ),
    "numbers-and-text": (
        {"age": set_cell("age", 17, "old")},
        "Column 'age' must hold numbers or text, but it mixes 89 numbers with 1 other text (first: 'old' in row 18). "
        "Correct it, or state what it is: --kind age=category.",
    ),
}

SETTINGS = {
    "target": (["--target", "il"], "Column 'il' is the target, but the table does not have it. Did you mean 'ill'?"),
    "kind": (["--kind", "wards=category"], "Column 'wards' is named in --kind, but the table does not have it. The columns are 'age', 'sex', 'marker', 'ill'."),
    "budget": (["--budget", "soon"], "A duration must look like 90s, 5m or 1h30m, but 'soon' came."),
    "small-budget": (["--budget", "2s"], "An honest answer on this data needs at least 20 s, but the budget is 2 s. Give --budget 20s or more."),
    "work": (["--work", "lots"], "An amount of work is a number of training rows such as 500k or 2M, but 'lots' came."),
    "metric": (["--metric", "acuracy"], "The metric must be one that Luthier knows, but 'acuracy' came. Did you mean 'accuracy'?"),
    "check": (["--force-through", "target-leek"], "--force-through must name a check, but 'target-leek' came. Did you mean 'target-leak'?"),
    "task": (["--task", "ranking"], "The task must be auto, classification or regression, but 'ranking' came."),
    "cost": (["--cost", "miss=-1"], "Costs must look like miss=10,false=1, but 'miss=-1' came."),
    "device": (["--device", "gpu7"], "The device must be auto, cpu, or a GPU of this machine, but 'gpu7' came, which cannot be used here."),
    "time-and-group": (["--time", "age", "--group", "sex"], "Give either a time column or a group column, not both: a split keeps one of them."),
    "output": (["--out", "."], ". exists already. Choose another name, or give --force to replace it."),
}


def refused(outcome, message: str, folder: Path, *, left: list[str]) -> None:
    """Exit code 1, nothing on stdout, the whole message at the end of stderr, and no file more than there was."""
    assert outcome.exit_code == 1
    assert outcome.stdout == ""
    assert outcome.stderr.split("Error: ", 1)[1] == message + "\n"
    assert sorted(file.name for file in folder.iterdir()) == sorted(left)


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_table_is_refused(run, tmp_path, case):
    content, message = FILES[case]
    (tmp_path / "table.csv").write_bytes(content)

    refused(run("fit", "table.csv", "--target", "ill"), message, tmp_path, left=["table.csv"])


def test_a_missing_file_and_a_directory_are_refused(run, tmp_path):
    (tmp_path / "scans").mkdir()

    missing = f"There is no file 'absent.csv'. Check the path; it is looked for from the folder '{tmp_path}'."
    refused(run("fit", "absent.csv", "--target", "ill"), missing, tmp_path, left=["scans"])
    directory = "A folder of images must hold a folder for each class with images in it, but 'scans' holds nothing. Check the path."
    refused(run("fit", "scans", "--target", "ill"), directory, tmp_path, left=["scans"])


@pytest.mark.parametrize("case", CONTENTS)
def test_a_table_that_cannot_give_an_honest_answer_is_refused(run, tmp_path, case):
    columns, message = CONTENTS[case]
    table = write_table(tmp_path, **columns)

    refused(run("fit", table, "--target", "ill"), message, tmp_path, left=[table])


def test_too_few_rows_are_refused(run, tmp_path):
    patients().head(5).write_csv(tmp_path / "five.csv")

    refused(run("fit", "five.csv", "--target", "ill"), "A fit needs at least 10 rows, but the table has 5. Add rows.", tmp_path, left=["five.csv"])


@pytest.mark.parametrize("case", SETTINGS)
def test_a_setting_that_cannot_be_kept_is_refused(run, tmp_path, case):
    arguments, message = SETTINGS[case]
    table = write_table(tmp_path)

    refused(run("fit", table, "--target", "ill", *arguments), message, tmp_path, left=[table])


PREDICTIONS = {
    "missing": ({"drop": "age"}, "Column 'age' is an input, but the table does not have it. The columns are 'sex', 'marker', 'ill'."),
    "other-type": (
        {"age": pl.lit("old")},
        "Column 'age' must hold numbers, but it also holds other text (first: 'old' in row 1). Correct it, or leave the cell empty where the value is missing.",
    ),
}


@pytest.mark.parametrize("case", PREDICTIONS)
def test_rows_that_the_model_cannot_read_are_refused(run, tmp_path, model, case):
    columns, message = PREDICTIONS[case]
    table = patients().drop(columns["drop"]) if "drop" in columns else patients().with_columns(**columns)
    table.write_csv(tmp_path / "new.csv")

    refused(run("predict", model, "new.csv", "--out", "answers.csv"), message, tmp_path, left=["new.csv"])


def test_rows_to_judge_need_known_classes_and_a_target(run, tmp_path, model):
    table = write_table(tmp_path, ill=pl.lit("perhaps"))
    refused(run("evaluate", model, table), "The target 'ill' must hold one of the classes no, yes, but row 1 holds 'perhaps'.", tmp_path, left=[table])

    patients().drop("ill").write_csv(tmp_path / table)
    absent = "Column 'ill' is the target, but the table does not have it. The columns are 'age', 'sex', 'marker'."
    refused(run("evaluate", model, table), absent, tmp_path, left=[table])


def test_an_output_that_exists_stays_as_it_is_without_force(run, tmp_path, model):
    table = write_table(tmp_path)
    (tmp_path / "answers.csv").write_text("mine")

    taken = "answers.csv exists already. Choose another name, or give --force to replace it."
    refused(run("predict", model, table, "--out", "answers.csv"), taken, tmp_path, left=["answers.csv", table])

    assert (tmp_path / "answers.csv").read_text() == "mine"
    assert run("predict", model, table, "--out", "answers.csv", "--force").exit_code == 0
    assert (tmp_path / "answers.csv").read_text().startswith("prediction\n")


def test_an_output_of_unknown_ending_or_in_an_impossible_place_is_refused(run, tmp_path, model):
    table = write_table(tmp_path)

    ending = "The output's name must end in .csv, .tsv, .parquet, .jsonl, .ndjson, .arrow, but 'answers.xlsx' came."
    refused(run("predict", model, table, "--out", "answers.xlsx"), ending, tmp_path, left=[table])
    place = f"{table}/answers.csv could not be written: a part of the path is a file. Nothing that stood there was changed."
    refused(run("predict", model, table, "--out", f"{table}/answers.csv"), place, tmp_path, left=[table])


def change_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def raise_format(manifest: Path) -> None:
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 99}))


BUNDLES = {
    "changed-byte": (
        "model.onnx",
        change_byte,
        "model/model.onnx is not the file that was written: its hash differs from the manifest. Restore the bundle from a copy.",
    ),
    "missing-file": ("model.onnx", Path.unlink, "The bundle model must hold model.onnx, but it is missing. Restore the bundle from a copy."),
    "no-manifest": (
        "manifest.json",
        Path.unlink,
        "A model is a folder that `luthier fit` wrote, but model has no manifest.json. Give the folder that the fit named.",
    ),
    "newer-format": ("manifest.json", raise_format, "model has format 99, but this Luthier reads formats up to 2. Upgrade Luthier."),
}


@pytest.mark.parametrize("case", BUNDLES)
@pytest.mark.parametrize("command", ["predict", "evaluate", "show", "report"])
def test_a_bundle_that_is_not_what_was_written_is_refused(run, tmp_path, model, case, command):
    file, damage, message = BUNDLES[case]
    shutil.copytree(model, tmp_path / "model")
    damage(tmp_path / "model" / file)
    table = write_table(tmp_path)

    outcome = run(command, "model", table) if command in ("predict", "evaluate") else run(command, "model")

    refused(outcome, message, tmp_path, left=["model", table])


def test_a_model_that_is_not_there_is_refused(run, tmp_path):
    message = "A model is a folder that `luthier fit` wrote, but nowhere is not there. Give the folder that the fit named."

    refused(run("show", "nowhere"), message, tmp_path, left=[])
