"""What the monitor is worth: false alarms, power, delays, estimates that come true, and millions of rows.

    python -m benchmarks.monitor [TABLES] [--parts false-alarms power delays estimates] [--replays 500] [--venv evidently=PATH nannyml=PATH river=PATH]
                                 [--peers NAME ...] [--out FILE]
    python -m benchmarks.monitor --ledger-rows 10000000 [--model MODEL] [--folder FOLDER]

false-alarms: unchanged data, drawn anew for each replay, in cells of size, features and kind of columns; Luthier with its error budget of 5 % a pass, and the
    defaults of Evidently and NannyML on the same draws. A cell is within its bound if a monitor with exactly this budget shows no more alarms 99 times in 100
    in all of the cells.
power: the same with one column moved by 0.1 and 0.3 standard deviations.
delays: rows until an error rate of 0.10 that becomes 0.13 or 0.20 is noticed, by Luthier's detectors and river's, all tuned to one rate of false alarms.
estimates: CBPE and DLE on TABLES, a folder as for benchmarks.tables (without it, the table of the demo): the estimated score against the one that came true.
--ledger-rows: a ledger of so many answers in FOLDER; a pass and the pages are timed. It is kept, and taken as it is the next time.

Peers live in environments of their own: of a folder given by --venv NAME=PATH, or made on the spot for those named by --peers. FILE takes a line of JSON for
each result, and a benchmark that broke off goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.lines import append_line, read_lines
from benchmarks.monitoring.asked_peers import SCRIPTS, AskedPeer, PeerFailed
from benchmarks.monitoring.delays import make_streams, run_delays, show_delays, stated_rate
from benchmarks.monitoring.draws import ANSWERED, CATEGORICAL, NUMERIC, cells
from benchmarks.monitoring.estimates import run_estimates, show_estimates
from benchmarks.monitoring.large_ledger import run_large_ledger, show_large_ledger
from benchmarks.monitoring.replays import Plan, run_replays, show_false_alarms, show_power
from benchmarks.peers.systems import EnvironmentFailed, environment
from benchmarks.service_peers.graphs import DEMO, fit_demo

Record = dict[str, Any]
SHIFTS = (0.0, 0.1, 0.3)


class Notebook:
    """What was found, in a file where one was given."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines = read_lines(path) if path is not None else []

    def of(self, part: str, **terms: Any) -> list[Record]:
        """Results of a part under the same terms."""
        return [line["result"] for line in self._lines if line["part"] == part and line["terms"] == terms]

    def keeper(self, part: str, **terms: Any) -> Callable[[Record], None]:
        """What adds a result."""

        def keep(record: Record) -> None:
            print(part, json.dumps(record)[:300], file=sys.stderr)
            if self._path is not None:
                append_line(self._path, {"benchmark": "monitor", "part": part, "terms": terms, "result": record})

        return keep


def python_of(name: str, wanted: argparse.Namespace) -> Path | None:
    """The Python of a peer's environment; None where it does not take part."""
    given = {key: Path(path).absolute() for key, _, path in (text.partition("=") for text in wanted.venv)}
    try:
        if name in given or name in wanted.peers:
            return environment(name, given, wanted.cache)
    except EnvironmentFailed as error:
        print(f"{name} did not take part: {error}")
        return None
    if find_spec(name) is not None:
        return Path(sys.executable)
    print(f"{name} did not take part: give --venv {name}=PATH or --peers {name}")
    return None


def replays(part: str, wanted: argparse.Namespace, notebook: Notebook) -> None:
    """False alarms, or power."""
    is_power = part == "power"
    sorts = (NUMERIC,) if is_power else (NUMERIC, CATEGORICAL, ANSWERED)
    sizes = [size for size in wanted.sizes if 1_000 <= size <= 10_000] or wanted.sizes[:1] if is_power else wanted.sizes
    features = [width for width in wanted.features if width <= 50] or wanted.features[:1] if is_power else wanted.features
    plan = Plan(
        cells=cells(sorts, sizes, features, SHIFTS if is_power else (0.0,)),
        replays=wanted.replays,
        large_replays=wanted.large_replays,
        peer_replays=wanted.peer_replays,
    )
    with ExitStack() as stack:
        peers = dict[str, AskedPeer]()
        for name in SCRIPTS:
            if (python := python_of(name, wanted)) is not None:
                try:
                    peers[name] = stack.enter_context(AskedPeer.start(name, python))
                except PeerFailed as error:
                    print(f"{name} did not take part: {error}")
        show = show_power if is_power else show_false_alarms
        show(run_replays(plan, peers, notebook.of("replays"), notebook.keeper("replays")), peers)


def delays(wanted: argparse.Namespace, notebook: Notebook) -> None:
    """Detectors of a risen error rate."""
    streams = make_streams(streams=wanted.streams, rows=wanted.stream_rows, alarms_in_10_000=wanted.false_alarms)
    keep = notebook.keeper("delays", streams=wanted.streams, rows=wanted.stream_rows, false_alarms_in_10_000=wanted.false_alarms)
    stated = stated_rate(streams)
    show_delays(run_delays(streams, python_of("river", wanted), slow_share=wanted.slow_share, keep=keep), streams, stated)


def estimates(wanted: argparse.Namespace, notebook: Notebook) -> None:
    """CBPE and DLE."""
    terms = {"work": wanted.work, "windows": wanted.windows}
    with tempfile.TemporaryDirectory() as temporary:
        folder = wanted.tables or Path(temporary)
        if wanted.tables is None:
            shutil.copy(DEMO, folder)
            (folder / f"{DEMO.stem}.json").write_text('{"target": "diagnosis"}')
        done, keep = notebook.of("estimates", **terms), notebook.keeper("estimates", **terms)
        show_estimates(run_estimates(folder, **terms, only=wanted.only, done=done, keep=keep))


def large_ledger(wanted: argparse.Namespace, notebook: Notebook) -> None:
    """A ledger of many rows."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = (wanted.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        model = wanted.model or (folder / "thyroid" if (folder / "thyroid").exists() else fit_demo(folder, work=wanted.work))
        show_large_ledger(run_large_ledger(model, folder, rows=wanted.ledger_rows, keep=notebook.keeper("ledger")))


RUNS: dict[str, Callable[[argparse.Namespace, Notebook], None]] = {
    "false-alarms": partial(replays, "false-alarms"),
    "power": partial(replays, "power"),
    "delays": delays,
    "estimates": estimates,
}


def main() -> None:
    """Run the parts that are asked for, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path, nargs="?", metavar="TABLES")
    parser.add_argument("--parts", nargs="*", default=list(RUNS), choices=RUNS)
    parser.add_argument("--replays", type=int, default=500, help="of each cell by Luthier")
    parser.add_argument("--large-replays", type=int, default=50, help="the same, where there are more than 50 features or 10,000 rows a side")
    parser.add_argument("--peer-replays", type=int, default=100, help="of each cell by each peer, a tenth of it of large cells: the first of the same draws")
    parser.add_argument("--sizes", type=int, nargs="*", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--features", type=int, nargs="*", default=[5, 50, 200])
    parser.add_argument("--streams", type=int, default=150)
    parser.add_argument("--stream-rows", type=int, default=10_000, help="for which each unchanged stream is watched")
    parser.add_argument("--false-alarms", type=float, default=0.1, help="in 10,000 rows, to which detectors are tuned")
    parser.add_argument("--slow-share", type=float, default=0.04, help="of the unchanged streams, on which KSWIN is tuned; 0 leaves it out")
    parser.add_argument("--windows", type=int, default=10)
    parser.add_argument("--work", default="2M", help="of the fits")
    parser.add_argument("--only", nargs="*", default=[], help="words of the tables' names")
    parser.add_argument("--ledger-rows", type=int, metavar="N")
    parser.add_argument("--model", type=Path, help="for the large ledger; without it the thyroid table is fitted")
    parser.add_argument("--folder", type=Path, help="for the large ledger: 10,000,000 rows take about 10 GB")
    parser.add_argument("--venv", nargs="*", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--peers", nargs="*", default=[], metavar="NAME", help="install these where no --venv is given: evidently nannyml river")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "luthier-benchmarks")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    notebook = Notebook(wanted.out)
    if wanted.ledger_rows is not None:
        large_ledger(wanted, notebook)
        return
    for part in wanted.parts:
        RUNS[part](wanted, notebook)


if __name__ == "__main__":
    main()
