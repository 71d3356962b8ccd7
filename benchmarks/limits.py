"""The limits that a user feels: one row, many rows, the size of a model, the start of a program, the memory of a large table.

    python -m benchmarks.limits MODEL TABLE [--memory]

MODEL is a bundle, TABLE any table with its columns. With --memory a table of 1,000,000 rows and 50 columns is written and fitted, too.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from luthier.bundle import Bundle
from luthier.data import read_table

ROWS = 100_000


def seconds(work: Callable[[], object]) -> float:
    """How long it takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def told(values: list[float], unit: str, scale: float) -> str:
    """Median, spread and n."""
    return f"median {median(values) * scale:.2f} {unit} ({min(values) * scale:.2f} to {max(values) * scale:.2f}, n = {len(values)})"


def predictions(model: Path, table: Path) -> None:
    """One row and many rows, in this process, after loading."""
    bundle, frame = Bundle.load(model), read_table(table)
    rows = [frame[row] for row in range(200)]
    for row in rows[:20]:
        bundle.predict(row)
    print("one row, Polars:", told([seconds(lambda row=row: bundle.predict(row)) for row in rows], "ms", 1e3))
    records = [row.row(0, named=True) for row in rows]
    print("one row, mapping:", told([seconds(lambda record=record: bundle.predict(record)) for record in records], "ms", 1e3))
    many = pl.concat([frame] * (ROWS // frame.height + 1)).head(ROWS)
    print(f"{ROWS:,} rows:", told([seconds(lambda: bundle.predict(many)) for _ in range(5)], "s", 1.0))
    print(f"bundle: {sum(file.stat().st_size for file in model.iterdir()) / 1e6:.1f} MB")


def starts() -> None:
    """How long a program takes to start."""
    for name, command in (("import luthier", [sys.executable, "-c", "import luthier"]), ("luthier --help", [sys.executable, "-m", "luthier", "--help"])):
        print(f"{name}:", told([seconds(lambda command=command: subprocess.run(command, capture_output=True, check=True)) for _ in range(10)], "s", 1.0))


def memory() -> None:
    """Peak memory of a fit of 1,000,000 rows and 50 columns from a CSV file."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "large.csv"
        rng = np.random.default_rng(0)
        columns = {f"x{number}": rng.normal(size=1_000_000).round(5) for number in range(50)}
        pl.DataFrame(columns | {"y": np.where(columns["x0"] * columns["x1"] + columns["x2"] + rng.normal(size=1_000_000) > 0, "yes", "no")}).write_csv(table)
        command = [sys.executable, "-m", "luthier", "fit", str(table), "--target", "y", "--budget", "3m", "--out", f"{folder}/model"]
        took = seconds(lambda: subprocess.run(command, check=True, capture_output=True, env=os.environ))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(f"1,000,000 x 50 CSV, budget 180 s: {took:.0f} s, peak {peak / 2**30:.2f} GiB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--memory", action="store_true")
    wanted = parser.parse_args()
    predictions(wanted.model, wanted.table)
    starts()
    if wanted.memory:
        memory()


if __name__ == "__main__":
    main()
