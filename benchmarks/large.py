"""A table of 10,000,000 rows and 12 columns, made on the spot: fitted under 4 GB, against the same fit of 300,000 of its rows alone.

    python -m benchmarks.large [--rows 10000000] [--budget 10m] [--folder FOLDER]

Each fit is a process of its own; both are judged on the same fresh rows. `python -m benchmarks.streams` compares single networks.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.large_tables import SAMPLE, files, measured
from luthier.bundle import Bundle
from luthier.evaluate import metric_named


def log_loss(model: Path, fresh: Path) -> float:
    """Of a saved model, on fresh rows."""
    bundle, rows = Bundle.load(model), pl.read_parquet(fresh)
    truth = np.array([bundle.task.classes.index(name) for name in rows["sold"]])
    return metric_named("log_loss", bundle.task.kind).error(truth, bundle.predict_proba(rows.drop("sold")))


def main() -> None:
    """Make the tables, fit them, print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--budget", default="10m")
    parser.add_argument("--folder", type=Path, help="where the tables are kept between runs; a temporary folder otherwise")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        made = files(wanted.folder or Path(temporary), wanted.rows)
        size = made.large.stat().st_size / 2**20
        table = Table(title=f"{wanted.rows:,} rows x 12 columns, {size:,.0f} MiB of Parquet, {os.cpu_count()} cores, --budget {wanted.budget}, n = 1")
        for title in ("fit of", "seconds", "peak memory, GiB", "log-loss on fresh rows"):
            table.add_column(title, justify="left" if title == "fit of" else "right")
        for name, source in (("the whole table", made.large), (f"{SAMPLE:,} rows alone", made.alone)):
            out = Path(temporary) / source.stem
            command = [sys.executable, "-m", "luthier", "fit", str(source), "--target", "sold", "--budget", wanted.budget, "--out", str(out), "--json"]
            took = measured(command)
            table.add_row(name, f"{took.seconds:.0f}", f"{took.peak_bytes / 2**30:.2f}", f"{log_loss(out, made.fresh):.4f}")
        Console(width=140).print(table)


if __name__ == "__main__":
    main()
