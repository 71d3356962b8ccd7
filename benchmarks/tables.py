"""Tables under one clock: Luthier's default fit against honest baselines on the same sealed rows.

    python -m benchmarks.tables [FOLDER] [--budget 2m] [--only NAME ...]

FOLDER holds tables (Parquet or CSV) and beside each a JSON file with the name of its target: {"target": "price"}.
Without it: the table of the demo and those that come with scikit-learn.
Each table is fitted by the command line in a process of its own; seconds are those of the whole process.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

import luthier
from luthier.core.clock import parse_duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one fit gave."""

    name: str
    exit_code: int
    seconds: float
    metric: str = ""
    model: float = float("nan")
    linear: float = float("nan")
    boosting: float = float("nan")
    verdicts: tuple[str, ...] = ()
    "Against linear and boosting."
    bundle_megabytes: float = float("nan")


def tables(folder: Path) -> Iterator[tuple[Path, str]]:
    """The tables of a folder with their targets; series and images are not tables."""
    for facts in sorted(folder.glob("*.json")):
        record = json.loads(facts.read_text())
        files = [file for file in (facts.with_suffix(".parquet"), facts.with_suffix(".csv")) if file.exists()]
        if files and record.get("task") in (None, "binary", "multiclass", "regression"):
            yield files[0], record["target"]


def write_shipped_tables(folder: Path) -> None:
    """The demo's table and scikit-learn's, in the form that `tables` reads."""
    demo = Path(luthier.__file__).parent / "examples" / "thyroid_diagnosis.csv"
    shutil.copy(demo, folder)
    (folder / "thyroid_diagnosis.json").write_text('{"target": "diagnosis"}')
    for load in (load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine):
        name = load.__name__.removeprefix("load_")
        pl.from_pandas(load(as_frame=True).frame).write_csv(folder / f"{name}.csv")
        (folder / f"{name}.json").write_text('{"target": "target"}')


def fit_one(table: Path, target: str, budget: str, seed: int) -> Result:
    """Fit one table as a user would."""
    out = Path(tempfile.mkdtemp()) / "model"
    command = [sys.executable, "-m", "luthier", "fit", str(table), "--target", target, "--budget", budget, "--seed", str(seed), "--out", str(out), "--json"]
    started = time.monotonic()
    process = subprocess.run(command, capture_output=True, text=True)
    seconds = time.monotonic() - started
    if process.returncode != 0:
        print(process.stderr, file=sys.stderr)
        return Result(name=table.stem, exit_code=process.returncode, seconds=seconds)
    record = json.loads((out / "report.json").read_text())
    scores = {entry["name"]: next(score["value"] for score in entry["scores"] if score["metric"] == record["metric"]) for entry in record["contestants"]}
    verdicts = {entry["baseline"]: entry["verdict"] for entry in record["comparisons"]}
    megabytes = sum(file.stat().st_size for file in out.rglob("*")) / 1e6
    shutil.rmtree(out.parent)
    return Result(
        name=table.stem,
        exit_code=0,
        seconds=seconds,
        metric=record["metric"],
        model=scores["model"],
        linear=scores["linear"],
        boosting=scores["gradient boosting"],
        verdicts=(verdicts["linear"], verdicts["gradient boosting"]),
        bundle_megabytes=megabytes,
    )


def show(results: list[Result], budget_seconds: float) -> None:
    """Print the table and the counts that it comes down to."""
    limit = budget_seconds + max(0.02 * budget_seconds, 5.0)
    table = Table("table", "exit", "seconds", "metric", "luthier", "linear", "boosting", "ratio to boosting", "verdict: linear", "verdict: boosting", "MB")
    for result in results:
        cells = [f"{value:.4g}" for value in (result.model, result.linear, result.boosting, result.model / result.boosting)]
        table.add_row(
            result.name, str(result.exit_code), f"{result.seconds:.1f}", result.metric, *cells, *(result.verdicts or ("", "")), f"{result.bundle_megabytes:.1f}"
        )
    Console(width=160).print(table)
    done = [result for result in results if result.exit_code == 0]
    print(f"exit 0: {len(done)} of {len(results)}; within {limit:.0f} s: {sum(result.seconds <= limit for result in results)} of {len(results)}")
    better = {rival: sum(result.model < getattr(result, rival) for result in done) for rival in ("linear", "boosting")}
    print(f"lower error than the linear model: {better['linear']}, than gradient boosting: {better['boosting']}")


def main() -> None:
    """Fit every table of a folder and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--budget", default="2m")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="*", default=[])
    wanted = parser.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp())
    if wanted.folder is None:
        write_shipped_tables(folder)
    results = []
    for table, target in tables(folder):
        if not wanted.only or table.stem in wanted.only:
            results.append(fit_one(table, target, wanted.budget, wanted.seed))
            print(results[-1], file=sys.stderr)
    show(results, parse_duration(wanted.budget))


if __name__ == "__main__":
    main()
