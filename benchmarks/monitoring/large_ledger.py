"""A ledger with millions of answers: how long a pass of the monitor takes on it, and how long a page.

All is written by the ledger's own `record` and `add`, as a service would write it, over the weeks before now.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from sqlalchemy import delete

from benchmarks.service_peers.graphs import write_graph
from luthier.bundle import Bundle
from luthier.ledger import Label, Ledger, Prediction
from luthier.ledger.tables import alarms, passes

NAME = "large"
WEEKS, BATCH = 26, 5_000
LABELED = 0.1
"Share of the answers that have a label."
MOST_PASS_SECONDS, MOST_PAGE_SECONDS = 30.0, 1.0
_PAGE_REPEATS = 5
_PATIENCE_SECONDS = 120.0
Record = dict[str, Any]


def run_large_ledger(model: Path, folder: Path, *, rows: int, keep: Callable[[Record], None]) -> Record:
    """Fill a ledger, unless the folder holds one of this size already, and time a pass and the pages."""
    path = folder / f"ledger-{rows}.db"
    filling = _forget_passes(path) if path.exists() else _fill_whole(path, model, folder, rows)
    pages = _page_seconds(path)  # before the pass: it is the page that people wait for
    started = time.monotonic()
    ended = subprocess.run([sys.executable, "-m", "luthier", "monitor", NAME, "--ledger", str(path), "--json"], capture_output=True, text=True)
    passing = time.monotonic() - started
    if ended.returncode not in (0, 3):
        sys.exit(f"the pass ended with {ended.returncode}: {ended.stderr.strip().splitlines()[-1:]}")
    size = sum(file.stat().st_size for file in folder.glob(f"{path.name}*"))
    record = {"rows": rows, "fill_seconds": filling, "bytes": size, "pass_seconds": passing, "pages": {**pages, **_after_a_pass(path)}}
    keep(record)
    return record


def show_large_ledger(record: Record) -> None:
    """Print the seconds."""
    table = Table(
        "what", "seconds", "limit", title=f"{record['rows']:,} answers over {WEEKS} weeks, {LABELED:.0%} with a label, {record['bytes'] / 1e9:.1f} GB"
    )
    if record["fill_seconds"]:
        table.add_row(f"filling ({record['rows'] / record['fill_seconds']:,.0f} answers a second)", f"{record['fill_seconds']:.0f}", "")
    table.add_row("a pass, the whole command", f"{record['pass_seconds']:.1f}", f"{MOST_PASS_SECONDS:g}")
    for page, seconds in record["pages"].items():
        table.add_row(f"{page}: first, then median of {_PAGE_REPEATS}", f"{seconds[0]:.2f}, {seconds[1]:.2f}", f"{MOST_PAGE_SECONDS:g}")
    Console(width=140).print(table)
    slowest = max(first for first, _ in record["pages"].values())
    for what, value, bound in (("a pass", record["pass_seconds"], MOST_PASS_SECONDS), ("the slowest page", slowest, MOST_PAGE_SECONDS)):
        print(f"{'reached' if value <= bound else 'NOT reached'}: {what}: {value:.2f} s (at most {bound:g} s)")


def _forget_passes(path: Path) -> float:
    """A pass looks at what came since the last one: this one is to look at all. No time was spent on filling."""
    with Ledger.open(path) as ledger, ledger.database.writing() as connection:
        connection.execute(delete(passes))
        connection.execute(delete(alarms))
    return 0.0


def _fill_whole(path: Path, model: Path, folder: Path, rows: int) -> float:
    """Fill a ledger that has its name only when it is whole; the seconds."""
    part = folder / f"part-{rows}.db"
    for file in folder.glob(f"{part.name}*"):
        file.unlink()
    started = time.monotonic()
    _fill(part, model, rows)
    seconds = time.monotonic() - started
    part.replace(path)
    return seconds


def _fill(path: Path, model: Path, rows: int) -> None:
    end = datetime.now(UTC)
    begin = end - timedelta(weeks=WEEKS)
    with Ledger.open(path, clock=lambda: begin) as ledger:
        stored = ledger.bundles.keep(model)
        ledger.deployments.create(NAME, stored.hash, who="benchmark", why="a large ledger")
        templates = _templates(model, path.parent / "graph")
        for done, batch in enumerate(_batches(templates, stored.hash, begin, end, rows)):
            ledger.predictions.record([prediction for prediction, _ in batch])
            ledger.labels.add([label for _, label in batch if label is not None])
            if done % 100 == 0:
                print(f"{done * BATCH:,} of {rows:,}", file=sys.stderr)


def _templates(model: Path, graph: Path) -> list[tuple[bytes, str, bytes, str]]:
    """Inputs, their hash, the answer and a label, of each row that is asked."""
    asked, bundle = write_graph(model, graph), Bundle.load(model)
    answered = bundle.predict_frame({name: [row[name] for row in asked] for name in asked[0]}, proba=bundle.task.kind.is_classification)
    return [_template(row, answer) for row, answer in zip(asked, answered.to_dicts(), strict=True)]


def _template(row: Record, answer: Record) -> tuple[bytes, str, bytes, str]:
    inputs = orjson.dumps(row, option=orjson.OPT_SORT_KEYS)
    probabilities = [value for name, value in answer.items() if name.startswith("proba_")]
    told = {"prediction": answer["prediction"], **({"probabilities": probabilities} if probabilities else {"lower": answer["lower"], "upper": answer["upper"]})}
    return inputs, sha256(inputs).hexdigest(), orjson.dumps(told), str(answer["prediction"])


def _batches(
    templates: Sequence[tuple[bytes, str, bytes, str]], hash_: str, begin: datetime, end: datetime, rows: int
) -> Iterator[list[tuple[Prediction, Label | None]]]:
    step = (end - begin) / rows
    every = round(1 / LABELED)
    for first in range(0, rows, BATCH):
        batch: list[tuple[Prediction, Label | None]] = []
        for row in range(first, min(first + BATCH, rows)):
            inputs, content, answer, label = templates[row % len(templates)]
            at = begin + row * step
            prediction = Prediction(deployment=NAME, id=f"{row:032x}", bundle=hash_, at=at, inputs=inputs, content=content, answer=answer)
            later = at + timedelta(days=1)
            fact = Label(deployment=NAME, prediction_id=prediction.id, label=label, observed_at=later, received_at=later, source="benchmark")
            batch.append((prediction, None if row % every else fact))
        yield batch


def _after_a_pass(path: Path) -> dict[str, tuple[float, float]]:
    return {f"{page}, after a pass": seconds for page, seconds in _page_seconds(path).items()}


def _page_seconds(path: Path) -> dict[str, tuple[float, float]]:
    """First and median seconds of each page, from `luthier ui` as a user starts it."""
    command = [sys.executable, "-m", "luthier", "ui", "--port", "0", "--ledger", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"}) as process:
        try:
            assert process.stderr is not None
            address = process.stderr.readline().split()[-1]
            found = {
                page: [_seconds(f"{address}{page}") for _ in range(1 + _PAGE_REPEATS)] for page in ("/", f"/deployments/{NAME}", f"/deployments/{NAME}/live")
            }
        finally:
            process.terminate()
    return {page: (seconds[0], median(seconds[1:])) for page, seconds in found.items()}


def _seconds(address: str) -> float:
    started = time.perf_counter()
    with urllib.request.urlopen(address, timeout=_PATIENCE_SECONDS) as reply:
        reply.read()
    return time.perf_counter() - started
