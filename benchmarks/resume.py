"""Resume: fits that are killed at random moments and taken up again, beside the unbroken fit of the same work.

    python -m benchmarks.resume [TABLE --target COLUMN] [--work 2M] [--kills 20] [--unbroken 3] [--out resume.jsonl]

Without TABLE the demo's. Each round starts `luthier fit --work N`, ends its process with SIGKILL at a random moment (spread evenly over the seconds of
the unbroken fit), and runs the same command with `--resume` until it is done. The law: the same weights hash in all, and at most 5 % more process
seconds than the unbroken fit. The second start alone (Python, torch, reading the table) costs seconds: choose enough work that 5 % is more than that.
A round also counts the worker processes that outlived a killed fit by five seconds: there must be none.
--out keeps what was measured: a benchmark that broke off goes on where it was. Ends with exit code 3 where the law was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

import luthier
from benchmarks.lines import append_line, read_lines
from luthier.core.seeds import numpy_rng

MORE_TIME = 0.05
"Share of the unbroken fit's seconds that a broken one may take longer."
MOST_RESUMES = 5
EARLIER, MOST_TRIES = 0.6, 4
"A fit that was done before its moment is started again, and killed at this share of it."
OUTLIVING_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The fit that is broken."""

    program: tuple[str, ...]
    table: str
    target: str
    work: str
    seed: int

    def command(self, out: Path, *, resume: bool) -> list[str]:
        """What a user would type."""
        command = [*self.program, "fit", self.table, "--target", self.target, "--work", self.work, "--seed", str(self.seed), "--out", str(out)]
        return [*command, "--resume"] if resume else command


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One fit from its first start to its model."""

    number: int | None
    "Of the kill, from 0; None for an unbroken fit."
    killed_at: float | None
    "Seconds after its start; None for an unbroken fit, and for one that was always done before its moment."
    seconds: float
    "Of all its processes, one after the other."
    resumes: int
    outlived: int
    "Processes of the killed fit that were still there five seconds later."
    weights_hash: str
    "Empty where it gave no model."
    message: str = ""
    "What it said last, where it gave no model."


def unbroken(task: Task) -> Round:
    """The fit as it should be."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        seconds, message = _run(task.command(out, resume=False))
        return Round(number=None, killed_at=None, seconds=seconds, resumes=0, outlived=0, weights_hash=weights_hash(out), message=message)


def broken(task: Task, number: int, moment: float) -> Round:
    """The fit killed at a moment, and resumed until it is done."""
    for attempt in range(MOST_TRIES):
        entry = _broken_once(task, number, moment * EARLIER**attempt)
        if entry.killed_at is not None:
            break
    return entry


def _broken_once(task: Task, number: int, moment: float) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "model"
        seconds, killed, outlived = _run_and_kill(task.command(out, resume=False), moment)
        resumes, message = 0, ""
        while killed and not weights_hash(out) and resumes < MOST_RESUMES:
            took, message = _run(task.command(out, resume=True))
            seconds, resumes = seconds + took, resumes + 1
        found, killed_at = weights_hash(out), moment if killed else None
    return Round(number=number, killed_at=killed_at, seconds=seconds, resumes=resumes, outlived=outlived, weights_hash=found, message=message)


def weights_hash(model: Path) -> str:
    """The hash that the report of a finished fit names; empty where there is none."""
    report = model / "report.json"
    if not report.exists():
        return ""
    return next(fact["value"] for fact in json.loads(report.read_text())["provenance"] if fact["label"] == "weights hash")


def _run(command: Sequence[str]) -> tuple[float, str]:
    """Seconds, and what was said last where it failed."""
    started = time.monotonic()
    process = subprocess.run(command, capture_output=True, text=True)
    said = process.stderr.strip().splitlines()
    return time.monotonic() - started, f"exit code {process.returncode}: {said[-1] if said else ''}" if process.returncode else ""


def _run_and_kill(command: Sequence[str], moment: float) -> tuple[float, bool, int]:
    """Seconds until it was killed or done, whether it was killed, and how many of its processes lived on."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        process.wait(timeout=moment)
        return time.monotonic() - started, False, 0
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        seconds = time.monotonic() - started
    return seconds, True, _outliving(process.pid)


def _outliving(group: int) -> int:
    """Wait until the processes of a killed fit are gone; those that are not are counted and ended."""
    until = time.monotonic() + OUTLIVING_SECONDS
    while (alive := _members(group)) and time.monotonic() < until:
        time.sleep(0.05)
    if alive:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    return len(alive)


def _members(session: int) -> list[int]:
    """Processes of a session that are no zombies."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            state, _, _, of_session = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            if int(of_session) == session and state != "Z":
                found.append(int(folder.name))
    return found


def moments(kills: int, seconds: float, seed: int) -> list[float]:
    """Random moments, one in each of so many equal parts of the seconds, in random order."""
    rng = numpy_rng(seed, "kills")
    return ((rng.permutation(kills) + rng.random(kills)) / kills * seconds).tolist()


def show(whole: Sequence[Round], parted: Sequence[Round]) -> bool:
    """Print a line a round and what they come to; True where the law was kept."""
    expected, seconds = whole[0].weights_hash, median(entry.seconds for entry in whole)
    table = Table("killed at", "share of the unbroken fit", "resumes", "process seconds", "more time", "outlived", "weights hash", "message")
    for entry in [*whole, *sorted(parted, key=lambda entry: entry.killed_at or 0.0)]:
        when = (
            ("unbroken" if entry.number is None else "not reached", "")
            if entry.killed_at is None
            else (f"{entry.killed_at:.1f} s", f"{entry.killed_at / seconds:.0%}")
        )
        is_same = entry.weights_hash == expected
        cells = (str(entry.resumes), f"{entry.seconds:.1f}", f"{entry.seconds / seconds - 1:+.1%}", str(entry.outlived))
        table.add_row(*when, *cells, entry.weights_hash if is_same else f"{entry.weights_hash or 'none'} (differs)", entry.message)
    Console(width=160).print(table)
    more = [entry.seconds / seconds - 1 for entry in parted if entry.killed_at is not None]
    same = sum(entry.weights_hash == expected for entry in [*whole, *parted])
    spread = f"{min(entry.seconds for entry in whole):.1f} to {max(entry.seconds for entry in whole):.1f}"
    print(f"unbroken: median {seconds:.1f} s ({spread}, n = {len(whole)})")
    print(f"same weights hash: {same} of {len(whole) + len(parted)}; killed: {len(more)} of {len(parted)}; outlived: {sum(entry.outlived for entry in parted)}")
    if more:
        print(f"more time: median {median(more):+.1%} ({min(more):+.1%} to {max(more):+.1%}, n = {len(more)}); the law allows {MORE_TIME:.0%}")
    return bool(expected) and same == len(whole) + len(parted) and max(more, default=0.0) <= MORE_TIME and not any(entry.outlived for entry in parted)


def main() -> int:
    """Measure what has not been measured yet, and say by the exit code whether the law holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?", default=Path(luthier.__file__).parent / "examples" / "thyroid_diagnosis.csv")
    parser.add_argument("--target", default="diagnosis")
    parser.add_argument("--work", default="2M")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--unbroken", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--program", default=f"{shlex.quote(sys.executable)} -m luthier", help="how Luthier is started")
    wanted = parser.parse_args()
    task = Task(program=tuple(shlex.split(wanted.program)), table=str(wanted.table), target=wanted.target, work=wanted.work, seed=wanted.seed)
    known = [Round(**line) for line in read_lines(wanted.out)] if wanted.out else []
    whole, parted = [entry for entry in known if entry.number is None], [entry for entry in known if entry.number is not None]
    while len(whole) < max(wanted.unbroken, 1):
        whole.append(_kept(wanted.out, lambda: unbroken(task)))
    if not whole[0].weights_hash:
        sys.exit(f"The unbroken fit gave no model: {whole[0].message}")
    for number, moment in enumerate(moments(wanted.kills, median(entry.seconds for entry in whole), wanted.seed)):
        if not any(entry.number == number for entry in parted):
            parted.append(_kept(wanted.out, lambda number=number, moment=moment: broken(task, number, moment)))
    return 0 if show(whole, parted) else 3


def _kept(out: Path | None, measure: Callable[[], Round]) -> Round:
    measured = measure()
    print(measured, file=sys.stderr)
    if out:
        append_line(out, asdict(measured))
    return measured


if __name__ == "__main__":
    sys.exit(main())
