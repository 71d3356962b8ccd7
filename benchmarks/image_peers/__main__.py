"""Luthier and other systems on images: equal clock, same training rows, same sealed rows.

    python -m benchmarks.image_peers [--budget 5m] [--set fashion emoji] [--system NAME ...] [--out RESULTS] [--venv keras=PATH ...] [--toy N]

The sets are those of `benchmarks.image_sets`. Every system runs in a process of its own, alone, and is ended at 1.25 times the budget: what it had
answered by then counts. Peers live in environments of their own (pixels, lightning, keras), made on the spot in ~/.cache/luthier-benchmarks, or given by
--venv; one that cannot be installed is named at the end. All are judged here, by the accuracy on the sealed rows with Wilson's interval and by a paired
comparison with Luthier. RESULTS holds results.jsonl and the answers: a benchmark that broke off goes on where it was, and what failed is tried again.
--toy N takes N images of each set, to see that all works.
"""

from __future__ import annotations

import argparse
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
from benchmarks.image_peers.systems import OURS, SYSTEMS, run_luthier, run_peer
from benchmarks.image_sets import SETS, ImageRows, image_set
from benchmarks.lines import append_line, read_lines
from benchmarks.peers.systems import GRACE, EnvironmentFailed, environment, told
from luthier.bundle import Bundle
from luthier.core.clock import parse_duration
from luthier.evaluate import METRICS, compare
from luthier.evaluate.intervals import wilson_interval
from luthier.fit import describe_device

Record = dict[str, Any]


def run_one(rows: ImageRows, name: str, python: Path | None, answer: Path, *, budget: float, seed: int) -> Record:
    """One system on one set; its answer stays in the file."""
    answer.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder, system = Path(temporary), SYSTEMS[name]
        if system is None or python is None:
            ending = run_luthier(rows, folder / "model", budget=budget, seed=seed)
            facts = {"version": luthier.__version__, "note": ending.message}
            if ending.status == "answered":
                np.save(answer, answer_of(folder / "model", rows))
        else:
            rows.write(folder)
            ending = run_peer(system, python, folder, answer, budget=budget, seed=seed)
            facts = told(ending)
    record = {"set": rows.name, "system": name, "status": ending.status, "seconds": round(ending.seconds, 2), **facts}
    return record | {"time": datetime.now(UTC).isoformat(timespec="seconds")}


def answer_of(model: Path, rows: ImageRows) -> np.ndarray:
    """What a finished bundle says of the sealed images, in the order of the set's classes."""
    bundle = Bundle.load(model)
    probabilities = bundle.predict_proba(rows.sealed)
    return probabilities[:, [bundle.task.classes.index(name) for name in rows.classes]]


def load(answer: Path, rows: ImageRows) -> np.ndarray | None:
    """An answer, where there is one without holes."""
    prediction = np.load(answer, allow_pickle=False) if answer.exists() else np.empty(0)
    return prediction if prediction.shape == (len(rows.sealed), len(rows.classes)) and np.isfinite(prediction).all() else None


def show(rows: ImageRows, records: Sequence[Record], results: Path) -> None:
    """Print one set."""
    table = Table("system", "accuracy", "95 % interval", "Luthier minus it", "95 % interval, paired", "Luthier is", "seconds", "what it did", title=rows.facts)
    ours = load(answer_file(results, rows.name, OURS), rows)
    for record in records:
        prediction = load(answer_file(results, rows.name, record["system"]), rows)
        ending = f"{record['seconds']:.0f}{' ended' if record['status'] == 'timed out' else ''}"
        note = f"{record['version']}: {record['note']}" if record["version"] else record["note"]
        if prediction is None:
            table.add_row(record["system"], f"none: {record['status']}", "", "", "", "", ending, note)
            continue
        hits = wilson_interval(float((prediction.argmax(axis=1) == rows.sealed_truth).sum()), len(rows.sealed))
        beside = ("", "", "")
        if ours is not None and record["system"] != OURS:
            judged = compare(METRICS["accuracy"], rows.sealed_truth, ours, prediction, baseline=record["system"])
            difference = judged.difference
            beside = (f"{difference.value:+.2%}", f"{difference.lower:+.2%} to {difference.upper:+.2%}", judged.verdict.value)
        table.add_row(record["system"], f"{hits.value:.2%}", f"{hits.lower:.2%} to {hits.upper:.2%}", *beside, ending, note)
    Console(width=180).print(table)


def answer_file(results: Path, name: str, system: str) -> Path:
    """Where an answer is kept."""
    return results / f"{name}-{system}.npy"


def main() -> None:
    """Run what has not been run yet, and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", default="5m")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--system", nargs="*", default=list(SYSTEMS), choices=SYSTEMS)
    parser.add_argument("--out", type=Path, help="without it peers-images-BUDGET-seedSEED")
    parser.add_argument("--venv", nargs="*", default=[], metavar="ENVIRONMENT=FOLDER")
    parser.add_argument("--emoji", type=Path, metavar="ZIP")
    parser.add_argument("--toy", type=int, metavar="N")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "luthier-benchmarks")
    wanted = parser.parse_args()
    run_contest(wanted, wanted.out or Path(f"peers-images-{wanted.budget}-seed{wanted.seed}"))


def run_contest(wanted: argparse.Namespace, results: Path) -> None:
    """Every system on every set, one after the other; then the verdicts over all that the results hold."""
    terms = {"budget": parse_duration(wanted.budget), "seed": wanted.seed, "toy": wanted.toy}
    lines = results / "results.jsonl"
    records = read_lines(lines)
    if any({name: record[name] for name in terms} != terms for record in records):
        sys.exit(f"{lines} holds results of another budget, seed or toy. Give another --out.")
    done = {(record["set"], record["system"]) for record in records if record["status"] != "failed"}
    given = {name: Path(path) for name, _, path in (text.partition("=") for text in wanted.venv)}
    contest, missing = [_rows(name, wanted) for name in wanted.set], dict[str, str]()
    for rows in contest:
        for name in wanted.system:
            if name in missing or (rows.name, name) in done:
                continue
            try:
                system = SYSTEMS[name]
                python = environment(system.environment, given, wanted.cache) if system is not None else None
            except EnvironmentFailed as error:
                missing[name] = str(error)
                continue
            results.mkdir(parents=True, exist_ok=True)
            record = run_one(rows, name, python, answer_file(results, rows.name, name), budget=terms["budget"], seed=wanted.seed)
            records.append(record | terms)
            append_line(lines, records[-1])
            print(records[-1], file=sys.stderr)
    print(f"{describe_device(torch.device('cpu'))}, budget {terms['budget']:.0f} s, ended at {GRACE * terms['budget']:.0f} s, seed {wanted.seed}")
    for rows in contest:
        latest = {record["system"]: record for record in records if record["set"] == rows.name}
        show(rows, [latest[name] for name in SYSTEMS if name in latest], results)
    for name, why in missing.items():
        print(f"{name} did not take part: {why}")


def _rows(name: str, wanted: argparse.Namespace) -> ImageRows:
    rows = image_set(name, wanted.cache, archive=wanted.emoji)
    return rows.toy(wanted.toy, wanted.cache) if wanted.toy else rows


if __name__ == "__main__":
    main()
