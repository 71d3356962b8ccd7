"""Replays: how often a cell's draws raise an alarm, by Luthier and by peers on the same draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from scipy.stats import binom

from benchmarks.monitoring.asked_peers import AskedPeer, PeerFailed
from benchmarks.monitoring.draws import SHIFTED, Cell, Draw, drawn
from luthier.evaluate.intervals import wilson_interval
from luthier.monitor import MonitorSettings, examine

OURS = "luthier"
ALPHA = MonitorSettings().alpha
CONFIDENCE = 0.99
"That no cell of an honest monitor shows more alarms than its bound."
MOST_VALUES_OF_PEERS = 2_500_000
"Cells of a draw that peers are asked about: larger ones take them minutes."

Record = dict[str, Any]
Judge = Callable[[Draw, int], Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is replayed."""

    cells: Sequence[Cell]
    replays: int
    "Of each cell by Luthier."
    large_replays: int
    "The same, of cells whose passes take seconds."
    peer_replays: int
    "By each peer; a tenth of them of large cells. The first ones of the same draws."

    def asked(self, system: str, cell: Cell) -> int:
        """How many replays a system gets of a cell; 0 where it would take too long."""
        if system == OURS:
            return self.large_replays if cell.is_large else self.replays
        if cell.values > MOST_VALUES_OF_PEERS:
            return 0
        return -(-self.peer_replays // 10) if cell.is_large else self.peer_replays


def judge_by_luthier(draw: Draw, replay: int) -> Record:
    """A pass over a draw with the largest budget that a pass may have."""
    then, now = draw.samples()
    seen = examine(draw.subject, then, now, MonitorSettings(seed=replay))
    columns = sorted({evidence.subject for evidence in seen.evidence if evidence.alarmed})
    return {"columns": columns, "whole": bool(seen.alarms)}


def replayed(cell: Cell, judge: Judge, replays: int) -> Record:
    """Alarms among so many draws."""
    alarms = found = columns = failed = 0
    seconds = list[float]()
    for replay in range(replays):
        draw = drawn(cell, replay)
        started = time.perf_counter()
        told = judge(draw, replay)
        seconds.append(time.perf_counter() - started)
        if "failed" in told:
            failed += 1
            continue
        alarms += bool(told["whole"] or told["columns"])
        found += bool({SHIFTED, "all columns"} & set(told["columns"]))
        columns += len(set(told["columns"]) & set(draw.names))
    judged = replays - failed
    return {
        "replays": judged,
        "failed": failed,
        "alarms": alarms,
        "found": found,
        "column_share": columns / (judged * cell.features) if judged else None,
        "seconds": median(seconds),
    }


def run_replays(plan: Plan, peers: Mapping[str, AskedPeer], done: Sequence[Record], keep: Callable[[Record], None]) -> list[Record]:
    """Every cell by everyone; what is done already is taken as it is."""
    known = {(record["system"], Cell(**record["cell"]), record["asked"]): record for record in done}
    records = []
    for cell in plan.cells:
        for system in (OURS, *peers):
            asked = plan.asked(system, cell)
            if not asked:
                continue
            if (system, cell, asked) not in known:
                found = _judged(cell, system, peers, asked)
                if found is None:
                    continue
                known[system, cell, asked] = {"system": system, "cell": cell.to_json(), "asked": asked} | found
                keep(known[system, cell, asked])
            records.append(known[system, cell, asked])
    return records


def show_false_alarms(records: Sequence[Record], peers: Mapping[str, AskedPeer]) -> None:
    """Print the share of unchanged draws with an alarm, and whether Luthier's are within the bounds of its budget."""
    ours = [record for record in records if record["system"] == OURS]
    bounds = {Cell(**record["cell"]): _bound(record["replays"], len(ours)) for record in ours}
    table = Table(
        "columns", "rows a side", "features", "alarms of Luthier", "95 % interval", "allowed", "within", "s a pass", title=_title("false alarms", ALPHA)
    )
    for name in peers:
        table.add_column(f"{name} {peers[name].version}: any column (of columns)")
    for record in ours:
        cell, interval = Cell(**record["cell"]), wilson_interval(record["alarms"], record["replays"])
        cells = [f"{record['alarms']} of {record['replays']}", f"{interval.lower:.1%} to {interval.upper:.1%}", f"{bounds[cell]}"]
        verdict = "yes" if record["alarms"] <= bounds[cell] else "NO"
        table.add_row(
            cell.sort, f"{cell.rows:,}", f"{cell.features}", *cells, verdict, f"{record['seconds']:.2f}", *(_peer_cell(records, name, cell) for name in peers)
        )
    Console(width=190).print(table)
    alarms, replays = sum(record["alarms"] for record in ours), sum(record["replays"] for record in ours)
    beyond = sum(record["alarms"] > bounds[Cell(**record["cell"])] for record in ours)
    total = "within" if alarms <= _bound(replays, 1) else "NOT within"
    print(f"all cells: {alarms} of {replays} ({alarms / replays:.2%}), {total} the bound of {_bound(replays, 1)}; cells beyond theirs: {beyond} of {len(ours)}")


def show_power(records: Sequence[Record], peers: Mapping[str, AskedPeer]) -> None:
    """Print how often a shift of one column was found: the column named, or all columns together."""
    table = Table("rows a side", "features", "shift of x0", "Luthier finds it", "95 % interval", title=_title("power", ALPHA))
    for name in peers:
        table.add_column(f"{name} (without any shift)")
    for record in records:
        if record["system"] != OURS:
            continue
        cell = Cell(**record["cell"])
        interval = wilson_interval(record["found"], record["replays"])
        mine = [f"{record['found'] / record['replays']:.0%}", f"{interval.lower:.0%} to {interval.upper:.0%}"]
        table.add_row(f"{cell.rows:,}", f"{cell.features}", f"{cell.shift:g} sigma", *mine, *(_peer_power(records, name, cell) for name in peers))
    Console(width=190).print(table)


def _judged(cell: Cell, system: str, peers: Mapping[str, AskedPeer], asked: int) -> Record | None:
    if system == OURS:
        return replayed(cell, judge_by_luthier, asked)
    try:
        return {**replayed(cell, lambda draw, _: peers[system].judge(draw), asked), "version": peers[system].version}
    except (PeerFailed, BrokenPipeError):
        return None


def _bound(replays: int, cells: int) -> int:
    """Most alarms that a monitor with exactly its budget shows in so many replays, in all of so many cells, 99 times in 100."""
    return int(binom.ppf(1.0 - (1.0 - CONFIDENCE) / cells, replays, ALPHA))


def _of(records: Sequence[Record], system: str, cell: Cell) -> Record | None:
    return next((record for record in records if record["system"] == system and Cell(**record["cell"]) == cell and record["replays"]), None)


def _peer_cell(records: Sequence[Record], name: str, cell: Cell) -> str:
    record = _of(records, name, cell)
    return "" if record is None else f"{record['alarms'] / record['replays']:.0%} ({record['column_share']:.1%}) of {record['replays']}"


def _peer_power(records: Sequence[Record], name: str, cell: Cell) -> str:
    record, unchanged = _of(records, name, cell), _of(records, name, Cell(sort=cell.sort, rows=cell.rows, features=cell.features))
    if record is None:
        return ""
    beside = "" if unchanged is None else f" ({unchanged['found'] / unchanged['replays']:.0%})"
    return f"{record['found'] / record['replays']:.0%}{beside}"


def _title(what: str, alpha: float) -> str:
    return f"{what}: Luthier with an error budget of {100 * alpha:g} % a pass, peers with their own settings, the same draws"
