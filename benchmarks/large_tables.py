"""A made-up table of any number of rows, written block by block, and the memory that a process takes with all its children."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

BLOCK, SAMPLE, FRESH = 250_000, 300_000, 200_000
SHOPS, KINDS = 5_000, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The table and what it is compared with."""

    large: Path
    alone: Path
    "So many rows of it as a large table's sample has."
    fresh: Path
    "Rows that no fit has seen."


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one process took."""

    seconds: float
    peak_bytes: int
    "Of the process and its children together, shared pages counted once: looked at twice a second."
    said: str


def files(folder: Path, rows: int) -> Files:
    """The files in a folder, made where they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Files(large=folder / f"large-{rows}.parquet", alone=folder / f"alone-{rows}.parquet", fresh=folder / "fresh.parquet")
    if not made.large.exists():
        _write(made.large, rows)
        pl.scan_parquet(made.large).head(SAMPLE).sink_parquet(made.alone)
        pq.write_table(made_up(FRESH, seed=5), made.fresh)
    return made


def made_up(rows: int, *, seed: int) -> pa.Table:
    """Eleven inputs and a target whose shops have habits that only many rows can tell."""
    rng, habits = np.random.default_rng(seed), np.random.default_rng(0)
    numbers = {f"x{place}": rng.normal(size=rows).astype(np.float32) for place in range(8)}
    shop, kind, member = rng.integers(0, SHOPS, rows), rng.integers(0, KINDS, rows), rng.random(rows) < 0.4
    habit, taste = habits.normal(size=SHOPS), habits.normal(size=(KINDS, 2))
    score = numbers["x0"] * numbers["x1"] + np.sin(2 * numbers["x2"]) + habit[shop] * numbers["x3"] + taste[kind, member.astype(int)]
    sold = np.where(rng.random(rows) < 1 / (1 + np.exp(-1.5 * score)), "yes", "no")
    return pa.table({**numbers, "shop": np.char.add("s", shop.astype(str)), "kind": np.char.add("k", kind.astype(str)), "member": member, "sold": sold})


def _write(path: Path, rows: int) -> None:
    with pq.ParquetWriter(path, made_up(1, seed=1).schema) as writer:
        for block, start in enumerate(range(0, rows, BLOCK)):
            writer.write_table(made_up(min(BLOCK, rows - start), seed=block + 10))


def measured(command: Sequence[str]) -> Measured:
    """Run a command to its end, and watch its memory."""
    start, peak, said = time.monotonic(), 0, list[str]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        listener = threading.Thread(target=lambda read=process.stdout.read: said.append(read()))
        listener.start()
        while process.poll() is None:
            peak = max(peak, sum(map(_bytes_of, _family(process.pid))))
            time.sleep(0.5)
        listener.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Measured(seconds=time.monotonic() - start, peak_bytes=peak, said=said[0])


def _family(process: int) -> Iterator[int]:
    yield process
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        for child in _read(thread).split():
            yield from _family(int(child))


def _bytes_of(process: int) -> int:
    """Memory of a process, of shared pages its share (PSS)."""
    return sum(int(line.split()[1]) * 1024 for line in _read(Path(f"/proc/{process}/smaps_rollup")).splitlines() if line.startswith("Pss:"))


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # the process ended while we looked
        return ""
