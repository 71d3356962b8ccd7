"""Requests per second and waiting times of one row each: Luthier beside a bare handler of the same graph and beside other model servers.

    python -m benchmarks.service [MODEL] [--seconds 5] [--rounds 3] [--connections 1 32] [--venv litserve=PATH ...] [--peers NAME ...] [--out FILE]
    python -m benchmarks.service [MODEL] --soak 100000

MODEL is a bundle of a table; without it the thyroid table that comes with the package is fitted (--work 2M). All servers answer the same graph through
onnxruntime with one thread; one server runs at a time, and all of them in turn, round after round. The load is a process of its own on the same cores.
Replies are compared with the graph's own answers before anything is measured. Ratios are those within a round; medians, with smallest and largest.

LitServe, BentoML and MLflow live in environments of their own: of a folder given by --venv NAME=PATH, or made on the spot for those named by --peers.
--soak sends so many requests to Luthier, after a tenth of them as a warm-up, and tells its memory.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.lines import append_line
from benchmarks.peers.systems import EnvironmentFailed, environment
from benchmarks.service_peers.contenders import BARE, CONTENDERS, DURABLE, FAST, OURS, Contender
from benchmarks.service_peers.graphs import fit_demo, write_graph
from benchmarks.service_peers.measuring import Question, ServerFailed, measured, soaked, started

Record = dict[str, Any]
FEWEST_OF_BARE = {FAST: 0.8, DURABLE: 0.5}
FEWEST_OF_BEST_PEER, MOST_P99_SECONDS, MOST_GROWTH = 2.0, 0.080, 0.05
SOAK_CONNECTIONS = 8


def entered(wanted: argparse.Namespace) -> tuple[dict[str, Path], dict[str, str]]:
    """The Python of each contender that takes part, and why others do not."""
    given = {name: Path(path).absolute() for name, _, path in (text.partition("=") for text in wanted.venv)}
    part, missing = dict[str, Path](), dict[str, str]()
    for contender in CONTENDERS:
        name = contender.environment
        if wanted.only and contender.name != BARE and not any(word.lower() in contender.name.lower() for word in wanted.only):
            continue
        if name is not None and name not in given and name not in wanted.peers:
            missing[contender.name] = f"give --venv {name}=PATH or --peers {name}"
            continue
        try:
            part[contender.name] = Path(sys.executable) if name is None else environment(name, given, wanted.cache)
        except EnvironmentFailed as error:
            missing[contender.name] = str(error)
    return part, missing


def run_rounds(question: Question, wanted: argparse.Namespace, keep: Callable[[Record], None]) -> tuple[list[Record], dict[str, str]]:
    """All contenders in turn, so many times; and why some did not take part."""
    part, missing = entered(wanted)
    records: list[Record] = []
    for number in range(wanted.rounds):
        for contender in CONTENDERS:
            if contender.name not in part or contender.name in missing:
                continue
            try:
                found = measure_one(contender, part[contender.name], question, wanted)
            except ServerFailed as error:
                missing[contender.name] = str(error)
                continue
            for record in found:
                records.append(record | {"round": number})
                keep(records[-1])
    return records, missing


def measure_one(contender: Contender, python: Path, question: Question, wanted: argparse.Namespace) -> list[Record]:
    """One server at each number of connections."""
    with started(contender, python, question) as server:
        return [
            {"contender": contender.name, "connections": count} | measured(server, connections=count, seconds=wanted.seconds) for count in wanted.connections
        ]


def show(records: Sequence[Record], connections: int) -> None:
    """Print one number of connections."""
    title = f"{connections} connection{'s' if connections > 1 else ''}, one row a request"
    table = Table("server", "requests a second", "of the bare handler", "p50 ms", "p99 ms", "server's cpu ms a request", "refused", title=title)
    for contender in CONTENDERS:
        mine = of(records, contender.name, connections)
        if not mine:
            continue
        ratios = ratios_of(records, contender.name, BARE, connections)
        waits = [told([1e3 * record[name] for record in mine], ".2f") for name in ("p50", "p99", "cpu_seconds_a_request")]
        refused = sum(record["refused"] for record in mine)
        rates = told([rate(record) for record in mine], ",.0f")
        table.add_row(contender.name, rates, told(ratios, ".2f") if ratios else "", *waits, f"{refused:,.0f}")
    Console(width=180).print(table)


def of(records: Sequence[Record], name: str, connections: int) -> list[Record]:
    """The rounds of one contender."""
    return [record for record in records if record["contender"] == name and record["connections"] == connections]


def rate(record: Record) -> float:
    """Requests a second."""
    return record["requests"] / record["seconds"]


def ratios_of(records: Sequence[Record], name: str, beside: str, connections: int) -> list[float]:
    """Rate of one contender over that of another, round by round."""
    theirs = {record["round"]: rate(record) for record in of(records, beside, connections)}
    return [rate(record) / theirs[record["round"]] for record in of(records, name, connections) if record["round"] in theirs]


def judge(records: Sequence[Record], connections: int) -> None:
    """Print whether the numbers to reach were reached at so many connections."""
    at = f"at {connections} connection{'s' if connections > 1 else ''}"
    for name, least in FEWEST_OF_BARE.items():
        if ratios := ratios_of(records, name, BARE, connections):
            verdict(f"requests of the bare handler {at}", name, median(ratios), least, at_least=True)
    peers = {contender.name for contender in CONTENDERS if contender.environment is not None} & {record["contender"] for record in records}
    if peers and of(records, FAST, connections):
        best = max(peers, key=lambda name: median(rate(record) for record in of(records, name, connections)))
        what = f"requests of {best}, the best of the others, {at}"
        verdict(what, FAST, median(ratios_of(records, FAST, best, connections)), FEWEST_OF_BEST_PEER, at_least=True)
    for name in OURS:
        if mine := of(records, name, connections):
            verdict(f"seconds of p99 {at}", name, median(record["p99"] for record in mine), MOST_P99_SECONDS, at_least=False)


def told(values: Sequence[float], form: str) -> str:
    """Median and spread."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def verdict(what: str, who: str, value: float, bound: float, *, at_least: bool) -> None:
    """Print one line."""
    reached = value >= bound if at_least else value <= bound
    times = "times the " if at_least else ""
    print(f"{'reached' if reached else 'NOT reached'}: {who}: {value:.3g} {times}{what} ({'at least' if at_least else 'at most'} {bound:g})")


def soak(question: Question, requests: int, keep: Callable[[Record], None]) -> None:
    """Luthier's memory over many requests."""
    table = Table("server", "requests", "seconds", "start MB", "end MB", "growth", "bytes a request", "refused", title="memory")
    verdicts = []
    for contender in CONTENDERS:
        if contender.name in OURS:
            with started(contender, Path(sys.executable), question) as server:
                found = soaked(server, requests=requests, connections=SOAK_CONNECTIONS)
            keep({"contender": contender.name, "soak": requests} | found)
            sizes = [f"{found[name] / 1e6:.1f}" for name in ("start_bytes", "end_bytes")]
            ends = [f"{found['growth']:+.2%}", f"{found['bytes_a_request']:+.1f}", f"{found['refused']}"]
            table.add_row(contender.name, f"{found['requests']:,}", f"{found['seconds']:.1f}", *sizes, *ends)
            verdicts.append((contender.name, found["growth"]))
    Console(width=180).print(table)
    for name, growth in verdicts:
        verdict("growth of memory", name, growth, MOST_GROWTH, at_least=False)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--work", default="2M", help="of the fit, where no MODEL is given")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 32])
    parser.add_argument("--only", nargs="*", default=[], help="words of the contenders' names; the bare handler always runs")
    parser.add_argument("--venv", nargs="*", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--peers", nargs="*", default=[], metavar="NAME", help="install these where no --venv is given: litserve bentoml mlflow")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "luthier-benchmarks")
    parser.add_argument("--soak", type=int, metavar="REQUESTS")
    parser.add_argument("--folder", type=Path, help="on the disk that the ledger is to be on; without it the system's folder for temporary files")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no server is left behind
    with tempfile.TemporaryDirectory(dir=wanted.folder) as scratch:
        folder = Path(scratch)
        model = (wanted.model or fit_demo(folder, work=wanted.work)).absolute()
        question = Question(graph=folder / "graph", model=model, rows=write_graph(model, folder / "graph"))
        run_all(question, wanted)


def run_all(question: Question, wanted: argparse.Namespace) -> None:
    """The rounds, or the soak."""
    packages = {name: version(name) for name in ("luthier", "fastapi", "uvicorn", "onnxruntime")}

    def keep(record: Record) -> None:
        print(json.dumps(record), file=sys.stderr)
        if wanted.out is not None:
            append_line(wanted.out, {"benchmark": "service", **record, "versions": packages})

    print(", ".join(f"{name} {number}" for name, number in packages.items()))
    if wanted.soak:
        soak(question, wanted.soak, keep)
        return
    records, missing = run_rounds(question, wanted, keep)
    for connections in wanted.connections:
        show(records, connections)
    for connections in wanted.connections:
        judge(records, connections)
    for name, why in missing.items():
        print(f"{name} did not take part: {why}")
    if missing.keys() & {BARE, *OURS}:
        sys.exit(1)


if __name__ == "__main__":
    main()
