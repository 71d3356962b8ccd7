"""Deadlines: by how much fits overrun their budget, on an idle and on a loaded machine.

    python -m benchmarks.deadlines [FOLDER] [--runs 30] [--budgets 1m 2m 5m 10m] [--load both] [--only TABLE ...] [--out deadlines.jsonl]

FOLDER is as in `benchmarks.tables`; without it the demo's table and scikit-learn's. Seconds are those of the whole process, from its start to its
exit. The law: at most the budget + max(2 %, 5 s). Loaded is a busy Python loop beside it on every core. A run that gives no model breaks the law, too,
unless it was refused at once because its budget is too small. --out keeps what was measured: a benchmark that broke off goes on where it was.
Ends with exit code 3 where the law was broken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.lines import append_line, read_lines
from benchmarks.tables import tables, write_shipped_tables
from luthier.core.clock import parse_duration
from luthier.core.seeds import numpy_rng

LOADS = {"idle": (False,), "loaded": (True,), "both": (False, True)}
TOO_SMALL = "An honest answer on this table needs at least"
"How the refusal of a budget begins."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One run that is to be measured."""

    table: str
    target: str
    budget_seconds: float
    loaded: bool
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run that was."""

    wanted: Wanted
    seconds: float
    exit_code: int
    message: str
    "What it said last, where it gave no model."

    @property
    def overrun(self) -> float:
        """Seconds after the budget; negative where it ended before."""
        return self.seconds - self.wanted.budget_seconds

    @property
    def is_refused(self) -> bool:
        """True where the budget was too small for an honest answer."""
        return self.exit_code == 1 and TOO_SMALL in self.message

    @property
    def keeps_the_law(self) -> bool:
        """In time, and with a model or a refusal."""
        return self.overrun <= allowed(self.wanted.budget_seconds) and (self.exit_code == 0 or self.is_refused)


def allowed(budget_seconds: float) -> float:
    """Seconds after the budget that the law leaves."""
    return max(0.02 * budget_seconds, 5.0)


def plan(found: Sequence[tuple[Path, str]], budgets: Sequence[float], loads: Sequence[bool], runs: int) -> list[Wanted]:
    """Tables, budgets and loads in a fixed shuffled order, each combination once before any comes again, with another seed."""
    combinations = list(product(found, budgets, loads))
    orders = (numpy_rng(round_number, "deadlines").permutation(len(combinations)) for round_number in range(-(-runs // len(combinations))))
    places = [(round_number, place) for round_number, order in enumerate(orders) for place in order][:runs]
    return [
        Wanted(table=str(table), target=target, budget_seconds=budget, loaded=loaded, seed=round_number)
        for round_number, ((table, target), budget, loaded) in ((round_number, combinations[place]) for round_number, place in places)
    ]


@contextmanager
def busy_cores(wished: bool) -> Iterator[None]:
    """Within this block a Python loop keeps every core busy, where that is wished."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in os.sched_getaffinity(0)] if wished else []
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def run_one(wanted: Wanted) -> Measured:
    """Fit as a user would, and look at the clock."""
    with tempfile.TemporaryDirectory() as folder, busy_cores(wanted.loaded):
        command = [sys.executable, "-m", "luthier", "fit", wanted.table, "--target", wanted.target]
        command += ["--budget", f"{wanted.budget_seconds}s", "--seed", str(wanted.seed), "--out", f"{folder}/model"]
        started = time.monotonic()
        process = subprocess.run(command, capture_output=True, text=True)
        seconds = time.monotonic() - started
        is_written = (Path(folder) / "model" / "report.html").exists()
    said = process.stderr.strip().splitlines()
    message = "" if process.returncode == 0 and is_written else said[-1] if said else "It left no report."
    return Measured(wanted=wanted, seconds=seconds, exit_code=process.returncode if is_written or process.returncode else -1, message=message)


def to_line(measured: Measured) -> dict:
    """Plain JSON values."""
    return asdict(measured)


def from_line(line: dict) -> Measured:
    """What `to_line` wrote."""
    return Measured(**{**line, "wanted": Wanted(**line["wanted"])})


def show(measured: Sequence[Measured]) -> None:
    """Print a line a run, a line a budget and load, and the largest overrun."""
    every = Table("table", "budget", "load", "seconds", "overrun", "allowed", "exit")
    for run in sorted(measured, key=lambda run: (run.wanted.budget_seconds, run.wanted.loaded, run.wanted.table)):
        wanted, ending = run.wanted, "refused" if run.is_refused else str(run.exit_code)
        cells = (f"{wanted.budget_seconds:.0f}", _load(wanted.loaded), f"{run.seconds:.1f}", f"{run.overrun:+.1f}", f"{allowed(wanted.budget_seconds):.0f}")
        every.add_row(Path(wanted.table).stem, *cells, ending, style="" if run.keeps_the_law else "bold red")
    groups = Table("budget", "load", "n", "median overrun", "smallest to largest", "within the law")
    for budget, loaded in sorted({(run.wanted.budget_seconds, run.wanted.loaded) for run in measured}):
        group = [run for run in measured if (run.wanted.budget_seconds, run.wanted.loaded) == (budget, loaded)]
        overruns = [run.overrun for run in group]
        spread = f"{min(overruns):+.1f} to {max(overruns):+.1f}"
        kept = f"{sum(run.keeps_the_law for run in group)} of {len(group)}"
        groups.add_row(f"{budget:.0f}", _load(loaded), str(len(group)), f"{median(overruns):+.1f}", spread, kept)
    console = Console(width=140)
    console.print(every)
    console.print(groups)
    worst = max(measured, key=lambda run: run.overrun - allowed(run.wanted.budget_seconds))
    print(f"within the law: {sum(run.keeps_the_law for run in measured)} of {len(measured)}; refused as too small: {sum(run.is_refused for run in measured)}")
    print(f"largest overrun: {max(run.overrun for run in measured):+.1f} s; nearest to the law: {worst.overrun:+.1f} s at {worst.wanted.budget_seconds:.0f} s")
    for run in measured:
        if run.message and not run.is_refused:
            print(f"{Path(run.wanted.table).stem}, {run.wanted.budget_seconds:.0f} s: {run.message}")


def _load(loaded: bool) -> str:
    return "loaded" if loaded else "idle"


def main() -> int:
    """Measure what has not been measured yet, and say by the exit code whether the law holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--budgets", nargs="*", default=["1m", "2m", "5m", "10m"])
    parser.add_argument("--load", choices=LOADS, default="both")
    parser.add_argument("--only", nargs="*", default=[], metavar="TABLE")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as shipped:
        if wanted.folder is None:
            write_shipped_tables(Path(shipped))
        found = [entry for entry in tables(wanted.folder or Path(shipped)) if not wanted.only or entry[0].stem in wanted.only]
        runs = plan(found, [parse_duration(budget) for budget in wanted.budgets], LOADS[wanted.load], wanted.runs)
        measured = [from_line(line) for line in read_lines(wanted.out)] if wanted.out else []
        to_run = _without(runs, [run.wanted for run in measured])
        print(f"{len(to_run)} runs, at most {sum(run.budget_seconds for run in to_run) / 60:.0f} minutes", file=sys.stderr)
        for run in to_run:
            measured.append(run_one(run))
            print(measured[-1], file=sys.stderr)
            if wanted.out:
                append_line(wanted.out, to_line(measured[-1]))
    show(measured)
    return 0 if all(run.keeps_the_law for run in measured) else 3


def _without(runs: Sequence[Wanted], done: Sequence[Wanted]) -> list[Wanted]:
    """The runs that were not done yet; the folder of a table does not matter."""

    def key(run: Wanted) -> tuple:
        return Path(run.table).stem, run.budget_seconds, run.loaded, run.seed

    known = {key(run) for run in done}
    return [run for run in runs if key(run) not in known]


if __name__ == "__main__":
    sys.exit(main())
