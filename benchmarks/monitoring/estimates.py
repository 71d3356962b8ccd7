"""Estimates: the quality that is expected without labels against the one that came true, window by window.

A table with a time column is fitted on its first 60 % and watched over the rest. Of a regression, a second table asks whether the target is above its median
of the first 60 %, so that probabilities are tested on real drift, too. Tables without time get a drift that is made, not found: the rest is dealt to windows
that tilt more and more towards large values of one column.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from luthier.bundle import Bundle
from luthier.core.seeds import numpy_rng
from luthier.data import read_table, target_values, typed_frame
from luthier.evaluate.metrics import metric_named
from luthier.monitor import MonitorSettings, Sample, estimated_quality
from luthier.workflows.samples import Watched, watched

LEARNED = 0.6
"Share of the rows that are fitted."
STRONGEST_TILT = 1.5
"Of the last window: standard deviations by which a bell-shaped column would move."
Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One table over time."""

    name: str
    target: str
    time: str | None
    learned: pl.DataFrame
    windows: tuple[pl.DataFrame, ...]
    drift: str
    "`real`, or what was made."


def stories(folder: Path, windows: int) -> Iterator[Story]:
    """The tables of a folder, as `benchmarks.tables` reads them."""
    for facts in sorted(folder.glob("*.json")):
        record = json.loads(facts.read_text())
        file = next((file for file in (facts.with_suffix(".parquet"), facts.with_suffix(".csv")) if file.exists()), None)
        if file is None or record.get("task") not in (None, "binary", "multiclass", "regression"):
            continue
        frame, target, time = read_table(file, target=record["target"]), record["target"], record.get("time_column")
        if time is None:
            yield _tilted(facts.stem, frame, target, windows)
            continue
        yield _in_time(facts.stem, frame.sort(time), target, time, windows)
        if record.get("task") == "regression":
            yield _in_time(f"{facts.stem}, above the median", _above_median(frame.sort(time), target), target, time, windows)


def run_story(story: Story, *, work: str) -> Record | None:
    """Fit, then expect and judge every window; None where the fit refused the table."""
    with tempfile.TemporaryDirectory() as folder:
        model = _fit(story, Path(folder), work)
        if model is None:
            return None
        seen = watched(Bundle.load(model))
        found = [_window(seen, window, story.target) for window in story.windows]
    return {"table": story.name, "drift": story.drift, "metric": found[0]["metric"], "windows": found} if found else None


def show_estimates(records: Sequence[Record]) -> None:
    """Print how far estimates were off, beside the guess that nothing has changed."""
    table = Table(
        "table",
        "drift",
        "metric",
        "reference",
        "realised, first and last",
        "estimate off by",
        "no change off by",
        "in its interval",
        "trusted",
        "rank correlation",
    )
    for record in records:
        windows = record["windows"]
        off = fmean(abs(window["estimated"] - window["realised"]) for window in windows)
        unchanged = fmean(abs(window["reference"] - window["realised"]) for window in windows)
        inside = sum(window["lower"] <= window["realised"] <= window["upper"] for window in windows)
        trusted, ends = sum(window["trusted"] for window in windows), (windows[0]["realised"], windows[-1]["realised"])
        cells = [f"{windows[0]['reference']:.4g}", f"{ends[0]:.4g}, {ends[1]:.4g}", f"{off:.4g}", f"{unchanged:.4g}"]
        table.add_row(record["table"], record["drift"], record["metric"], *cells, f"{inside} of {len(windows)}", f"{trusted}", _correlation(windows))
    Console(width=190).print(table)


def run_estimates(folder: Path, *, work: str, windows: int, only: Sequence[str], done: Sequence[Record], keep: Callable[[Record], None]) -> list[Record]:
    """Every table; what is done already is taken as it is."""
    known = {record["table"]: record for record in done}
    for story in stories(folder, windows):
        wanted = not only or any(word in story.name for word in only)
        if wanted and story.name not in known and (found := run_story(story, work=work)) is not None:
            known[story.name] = found
            keep(found)
    return list(known.values())


def _in_time(name: str, frame: pl.DataFrame, target: str, time: str, windows: int) -> Story:
    begin = round(LEARNED * frame.height)
    edges = np.linspace(begin, frame.height, windows + 1).round().astype(int)
    parts = tuple(frame[int(first) : int(last)] for first, last in zip(edges[:-1], edges[1:], strict=True))
    return Story(name=name, target=target, time=time, learned=frame[:begin], windows=parts, drift="real")


def _above_median(frame: pl.DataFrame, target: str) -> pl.DataFrame:
    middle = frame[: round(LEARNED * frame.height)][target].median()
    return frame.with_columns(pl.when(pl.col(target) > middle).then(pl.lit("yes")).otherwise(pl.lit("no")).alias(target))


def _tilted(name: str, frame: pl.DataFrame, target: str, windows: int) -> Story:
    rng = numpy_rng(0, name)
    dealt = frame[rng.permutation(frame.height)]
    begin = round(LEARNED * frame.height)
    learned, rest = dealt[:begin], dealt[begin:]
    column, ranks = _tilting_column(learned, rest, target)
    parts = []
    for tilt in np.linspace(0.0, STRONGEST_TILT, windows):
        weights = np.exp(tilt * ranks)
        rows = rng.choice(rest.height, size=rest.height // 2, replace=False, p=weights / weights.sum())
        parts.append(rest[rows])
    return Story(name=name, target=target, time=None, learned=learned, windows=tuple(parts), drift=f"made: tilted to large {column}")


def _tilting_column(learned: pl.DataFrame, rest: pl.DataFrame, target: str) -> tuple[str, np.ndarray]:
    """The number with the most different values, and the remaining rows' places in it as if it were bell-shaped, within two deviations."""
    numbers = [name for name in learned.columns if name != target and learned[name].dtype.is_numeric()]
    column = max(numbers, key=lambda name: learned[name].n_unique())
    values = rest[column].fill_null(strategy="zero") if rest[column].null_count() else rest[column]
    ranks = values.rank("random", seed=0).to_numpy() / (rest.height + 1)
    return column, np.clip(np.sqrt(12.0) * (ranks - 0.5), -2.0, 2.0)


def _fit(story: Story, folder: Path, work: str) -> Path | None:
    table, model = folder / "learned.parquet", folder / "model"
    story.learned.write_parquet(table)
    command = [sys.executable, "-m", "luthier", "fit", str(table), "--target", story.target, "--work", work, "--ledger", str(folder / "runs.db")]
    ended = subprocess.run([*command, "--out", str(model), *(["--time", story.time] if story.time else [])], capture_output=True, text=True)
    if ended.returncode:
        print(f"{story.name} was refused: {ended.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return model


def _window(seen: Watched, window: pl.DataFrame, target: str) -> Record:
    task, frame = seen.bundle.task, typed_frame(window, seen.bundle.schema)
    predictions = seen.bundle.predict_typed(frame)
    current = Sample(frame=frame, predictions=predictions, at=np.arange(window.height, dtype=np.float64))
    quality = estimated_quality(seen.subject, seen.reference, current, MonitorSettings())
    assert quality is not None, "windows of at least fifty rows, and a reference with labels"
    expected = quality.scores[0]
    realised = float(metric_named(expected.metric, task.kind).function(target_values(window[target], task), predictions))
    return {
        "metric": expected.label,
        "rows": window.height,
        "reference": expected.then.value,
        "estimated": expected.now.value,
        "lower": expected.now.lower,
        "upper": expected.now.upper,
        "realised": realised,
        "trusted": quality.is_trusted,
    }


def _correlation(windows: Sequence[Record]) -> str:
    estimated, realised = (pl.Series([window[name] for window in windows]) for name in ("estimated", "realised"))
    frame = pl.DataFrame({"estimated": estimated, "realised": realised})
    return f"{frame.select(pl.corr('estimated', 'realised', method='spearman')).item():.2f}" if len(windows) > 2 else ""
