"""Luthier and other systems: equal clock, same training rows, same sealed rows.

    python -m benchmarks.peers FOLDER --budget 2m [--system NAME ...] [--only TABLE ...] [--out RESULTS] [--venv pytabkit=PATH ...]

FOLDER is as in `benchmarks.tables`; without it the demo's table and scikit-learn's. Every system runs in a process of its own, alone, and is ended at
1.25 times the budget: what it had answered by then counts, and without an answer it shares the last rank. Peers live in environments of
their own (scikit-learn, pytabkit, catboost, autogluon), made on the spot in ~/.cache/luthier-benchmarks, or given by --venv.
All are judged here, by log-loss or RMSE, from the probabilities or numbers that they left; Luthier by its bundle, as a user would have it.
RESULTS holds results.jsonl and the answers: a benchmark that broke off goes on where it was, and what failed is tried again. Begin a new folder
for another version.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

import luthier
from benchmarks.lines import append_line, read_lines
from benchmarks.peers.rows import Rows
from benchmarks.peers.systems import GRACE, OURS, SYSTEMS, EnvironmentFailed, environment, run_luthier, run_peer, told
from benchmarks.peers.verdicts import against, mean_ranks, verdict, wins_ties_losses
from benchmarks.tables import tables, write_shipped_tables
from luthier.bundle import Bundle
from luthier.core.clock import parse_duration
from luthier.evaluate import Comparison, Verdict
from luthier.fit import describe_device

Record = dict[str, Any]
MARKS = {Verdict.BETTER: "<", Verdict.NOT_DISTINGUISHABLE: "=", Verdict.WORSE: ">"}
"Of Luthier's error and the other's."


def run_one(rows: Rows, system: str, python: Path | None, answer: Path, *, budget: float, seed: int) -> Record:
    """One system on one table; its answer stays in the file."""
    answer.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        if python is None:
            ending = run_luthier(rows.table, rows.target, Path(folder) / "model", budget=budget, seed=seed)
            facts = {"version": luthier.__version__, "note": ending.message}
            if ending.status == "answered":
                facts["note"] = keep_our_answer(rows, Path(folder) / "model", answer)
        else:
            rows.write(Path(folder))
            ending = run_peer(system, python, Path(folder), answer, budget=budget, seed=seed)
            facts = told(ending)
    record = {"table": rows.table.stem, "system": system, "metric": rows.metric.name, "status": ending.status, "seconds": round(ending.seconds, 2), **facts}
    return record | {"error": error_of(rows, answer), "time": datetime.now(UTC).isoformat(timespec="seconds")}


def keep_our_answer(rows: Rows, model: Path, answer: Path) -> str:
    """Write what the finished bundle says of the sealed rows; returns what it is made of.

    Raises:
        RuntimeError: the report of the fit says otherwise, so that these are not the rows that it sealed.
    """
    prediction = Bundle.load(model).predict_typed(rows.frame[rows.split.test])
    record = json.loads((model / "report.json").read_text())
    scores = next(entry["scores"] for entry in record["contestants"] if entry["name"] == "model")
    reported = next(score["value"] for score in scores if score["metric"] == rows.metric.name)
    found = rows.metric.function(rows.sealed_truth, prediction)
    if not math.isclose(found, reported, rel_tol=1e-4):
        raise RuntimeError(f"The report of {rows.table.stem} must give the {rows.metric.label} of these sealed rows, {found:.6g}, but it gives {reported:.6g}.")
    np.save(answer, prediction)
    return f"{sum(entry['weight'] > 0 for entry in record['tried'])} of {len(record['tried'])} recipes in the ensemble"


def error_of(rows: Rows, answer: Path) -> float | None:
    """The error of an answer by our own metric; None where there is none."""
    prediction = load(answer)
    return rows.metric.error(rows.sealed_truth, prediction) if prediction is not None else None


def load(answer: Path) -> np.ndarray | None:
    """The answer, where there is one without holes."""
    if not answer.exists():
        return None
    prediction = np.load(answer, allow_pickle=False)
    return prediction if np.isfinite(prediction).all() else None


def python_of(system: str, given: dict[str, Path], cache: Path) -> Path | None:
    """The Python of a system; None for Luthier."""
    return environment(SYSTEMS[system], given, cache) if system != OURS else None


def show(records: Sequence[Record], contest: dict[str, Rows], results: Path) -> None:
    """Print every table, then the ranks over all tables that every system has been through."""
    by_place = {place_of(record): record for record in records}
    systems = [system for system in SYSTEMS if any(system == other for _, other in by_place)]
    complete = [name for name in contest if all((name, system) in by_place for system in systems)]
    rivals = [system for system in systems if system != OURS]
    judged = {name: _judged(contest[name], results, rivals) for name in complete if OURS in systems}

    errors = Table("table", "metric", *systems, title="error")
    seconds = Table("table", *systems, title="seconds of the process")
    for name, rows in contest.items():
        found = [by_place.get((name, system)) for system in systems]
        errors.add_row(name, rows.metric.label, *(_error_cell(record, judged.get(name, {})) for record in found))
        seconds.add_row(name, *(f"{record['seconds']:.0f}{' ended' if record['status'] == 'timed out' else ''}" if record else "" for record in found))
    console = Console(width=180)
    console.print(errors)
    print(f"Luthier beside it: {', '.join(f'{mark} {kind.value}' for kind, mark in MARKS.items())}")
    console.print(seconds)
    if complete:
        console.print(_ranking(systems, complete, by_place, judged))
    if judged:
        console.print(_differences(judged))
    for record in by_place.values():
        if record["status"] == "failed":
            print(f"{record['system']} on {record['table']} failed: {record['note']}")


def _judged(rows: Rows, results: Path, rivals: Sequence[str]) -> dict[str, Comparison | Verdict]:
    answers = {system: load(answer_file(results, rows.table.stem, system)) for system in (OURS, *rivals)}
    return against(rows.metric, rows.sealed_truth, answers.pop(OURS), answers)


def _error_cell(record: Record | None, judged: dict[str, Comparison | Verdict]) -> str:
    if record is None:
        return ""
    if record["error"] is None:
        return f"none: {record['status']}"
    mark = f" {MARKS[verdict(judged[record['system']])]}" if record["system"] in judged else ""
    return f"{record['error']:.5g}{mark}"


def _ranking(systems: Sequence[str], names: Sequence[str], by_place: dict, judged: dict) -> Table:
    errors = np.array([[_number(by_place[name, system]["error"]) for system in systems] for name in names])
    table = Table(
        "system", "mean rank", "95 % interval over tables", "Luthier wins / ties / losses", "answers", "version", title=f"over tables, n = {len(names)}"
    )
    for place, rank in sorted(enumerate(mean_ranks(errors)), key=lambda pair: pair[1].value):
        system = systems[place]
        counts = wins_ties_losses([verdict(judged[name][system]) for name in names]) if judged and system != OURS else ""
        versions = sorted({by_place[name, system]["version"] for name in names} - {""})
        answers = f"{int(np.isfinite(errors[:, place]).sum())} of {len(names)}"
        table.add_row(system, f"{rank.value:.2f}", f"{rank.lower:.2f} to {rank.upper:.2f}", counts, answers, ", ".join(versions))
    return table


def _number(error: float | None) -> float:
    return math.nan if error is None else error


def _differences(judged: dict[str, dict[str, Comparison | Verdict]]) -> Table:
    table = Table(
        "table", "against", "difference of the errors", "95 % interval, paired over sealed rows", "Luthier is", title="Luthier and each of the others"
    )
    for name, found in judged.items():
        for system, entry in found.items():
            if isinstance(entry, Comparison):
                interval = entry.difference
                table.add_row(name, system, f"{interval.value:+.4g}", f"{interval.lower:+.4g} to {interval.upper:+.4g}", entry.verdict.value)
            else:
                table.add_row(name, system, "", "an answer is missing", entry.value)
    return table


def place_of(record: Record) -> tuple[str, str]:
    """Table and system; of several records the last one counts."""
    return record["table"], record["system"]


def answer_file(results: Path, table: str, system: str) -> Path:
    """Where an answer is kept."""
    return results / f"{table}-{system}.npy"


def main() -> None:
    """Run what has not been run yet, and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--budget", default="2m")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--system", nargs="*", default=list(SYSTEMS), choices=SYSTEMS)
    parser.add_argument("--only", nargs="*", default=[], metavar="TABLE")
    parser.add_argument("--out", type=Path, help="without it peers-BUDGET-seedSEED")
    parser.add_argument("--venv", nargs="*", default=[], metavar="ENVIRONMENT=FOLDER")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "luthier-benchmarks")
    wanted = parser.parse_args()
    folder = wanted.folder or Path(tempfile.mkdtemp())
    if wanted.folder is None:
        write_shipped_tables(folder)
    results = wanted.out or Path(f"peers-{wanted.budget}-seed{wanted.seed}")
    run_contest(wanted, folder, results)
    if wanted.folder is None:
        shutil.rmtree(folder)


def run_contest(wanted: argparse.Namespace, folder: Path, results: Path) -> None:
    """Every system on every table, one after the other; then the verdicts over all that the results hold."""
    budget, lines = parse_duration(wanted.budget), results / "results.jsonl"
    terms = {"budget": budget, "seed": wanted.seed}
    records = read_lines(lines)
    if any(record["budget"] != budget or record["seed"] != wanted.seed for record in records):
        sys.exit(f"{lines} holds results of another budget or seed. Give another --out.")
    done = {place_of(record) for record in records if record["status"] != "failed"}
    given = {name: Path(path) for name, _, path in (text.partition("=") for text in wanted.venv)}
    contest = {table.stem: Rows.of(table, target, seed=wanted.seed) for table, target in tables(folder) if not wanted.only or table.stem in wanted.only}
    missing = {}
    for rows in contest.values():
        for system in wanted.system:
            name = rows.table.stem
            if system in missing or (name, system) in done:
                continue
            try:
                python = python_of(system, given, wanted.cache)
            except EnvironmentFailed as error:
                missing[system] = str(error)
                continue
            results.mkdir(parents=True, exist_ok=True)
            record = run_one(rows, system, python, answer_file(results, name, system), budget=budget, seed=wanted.seed)
            records.append(record | terms)
            append_line(lines, records[-1])
            print(records[-1], file=sys.stderr)
    print(f"{describe_device(torch.device('cpu'))}, budget {budget:.0f} s, ended at {GRACE * budget:.0f} s, seed {wanted.seed}")
    show([record for record in records if record["table"] in contest], contest, results)
    for system, why in missing.items():
        print(f"{system} did not take part: {why}")


if __name__ == "__main__":
    main()
