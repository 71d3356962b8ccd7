"""One network on the stream of a large table against the same network on a sample in memory, for the same time.

    python -m benchmarks.streams [--rows 10000000] [--seconds 60] [--net mlp] [--repeats 3] [--folder FOLDER]

Prints log-loss on fresh rows, training rows a second, and the memory of the process that trains on the stream. One core each.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.large_tables import SAMPLE, files, measured
from luthier.core.recipe import Member
from luthier.core.task import TaskKind
from luthier.data import Dataset, Encoding, fit_encodings, fit_layout, split_rows, typed_frame
from luthier.data.large import Question, open_large
from luthier.evaluate import metric_named
from luthier.fit import FoldTensors, Pace, Population, fold_tensors, stack_trained, train
from luthier.tune import portfolio
from luthier.workflows.streaming import with_streams

METRIC = metric_named("log_loss", TaskKind.BINARY)


@contextmanager
def sample_and_stream(path: Path) -> Iterator[tuple[dict[str, FoldTensors], Encoding, Dataset]]:
    """The training data of the first fold, from memory and as a stream; the encoding; the sample."""
    with open_large(path, Question(target="sold")) as table:
        sample, split = table.sample, split_rows(table.sample)
        frame, place = typed_frame(sample.frame, sample.schema), np.full(sample.rows, -1)
        encodings = fit_encodings(frame, fit_layout(frame[split.train], sample.schema), split.folds[:1])
        place[split.train] = np.arange(len(split.train))
        inputs = encodings[0].encode(frame[split.train])
        memory = fold_tensors(
            kind=sample.task.kind,
            shape=encodings[0].layout.input_shape,
            outputs=sample.task.outputs,
            inputs=[(inputs.numbers, inputs.codes)],
            truth=sample.target[split.train],
            folds=[(place[split.folds[0].train], place[split.folds[0].validation])],
            device=torch.device("cpu"),
        )
        streamed, _ = with_streams(memory, encodings, table, split, seed=0)
        yield {"sample": memory, "stream": streamed}, encodings[0], sample


def one(path: Path, fresh: Path, *, source: str, net: str, seconds: float, seed: int) -> dict[str, float]:
    """Train one network for so many seconds, and judge it on fresh rows."""
    torch.set_num_threads(1)
    recipe = next(recipe for recipe in portfolio(TaskKind.BINARY, rows=SAMPLE) if recipe.net.name == net)
    with sample_and_stream(path) as (sources, encoding, sample):
        data, frame = sources[source], pl.read_parquet(fresh)
        population = Population([Member(recipe=replace(recipe, batch_size=512), fold=0, seed=seed)], data)
        start = time.monotonic()
        trained = train(population, Pace(steps=max(int(seconds * 100), 1), most_steps=10**9, until=start + seconds), METRIC.error)
        speed = population.rows_seen / (time.monotonic() - start)
        network = stack_trained(trained, kind=data.kind, shape=data.shape, outputs=data.outputs)
        rows = encoding.encode(typed_frame(frame, sample.schema))
        parts = torch.arange(frame.height).split(20_000)
        numbers, codes = torch.from_numpy(rows.numbers), torch.from_numpy(rows.codes)
        answers = torch.cat([network.predict(numbers[None, part], codes[None, part])[0] for part in parts]).double().numpy()
    truth = np.array([sample.task.classes.index(name) for name in frame["sold"]])
    return {"error": METRIC.error(truth, answers), "speed": speed, "epochs": population.rows_seen / data.rows_learned(0)}


def main() -> None:
    """Train them in processes of their own, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--net", default="mlp")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the tables are kept between runs; a temporary folder otherwise")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = wanted.folder or Path(temporary)
        made = files(folder, wanted.rows)
        if wanted.child:
            print(json.dumps(one(made.large, made.fresh, source=wanted.child, net=wanted.net, seconds=wanted.seconds, seed=wanted.repeats)))
            return
        table = Table(title=f"{wanted.net}, {wanted.seconds:.0f} s, {wanted.rows:,} rows x 12 columns; median (lowest to highest, n = {wanted.repeats})")
        for title in ("learned from", "log-loss on fresh rows", "training rows a second", "epochs", "peak memory, GiB"):
            table.add_column(title, justify="left" if title == "learned from" else "right")
        for source in ("sample", "stream"):
            table.add_row(source, *_columns([_run(wanted, folder, source, seed) for seed in range(wanted.repeats)]))
        Console(width=140).print(table)


def _run(wanted: argparse.Namespace, folder: Path, source: str, seed: int) -> dict[str, float]:
    options = {"rows": wanted.rows, "seconds": wanted.seconds, "net": wanted.net, "repeats": seed, "folder": folder, "child": source}
    took = measured([sys.executable, "-m", "benchmarks.streams", *(word for name, value in options.items() for word in (f"--{name}", str(value)))])
    return {**json.loads(took.said), "peak": took.peak_bytes / 2**30}


def _columns(runs: list[dict[str, float]]) -> list[str]:
    forms = {"error": ".4f", "speed": ",.0f", "epochs": ".2f", "peak": ".2f"}
    values = {name: [run[name] for run in runs] for name in forms}
    return [f"{median(values[name]):{form}} ({min(values[name]):{form}} to {max(values[name]):{form}})" for name, form in forms.items()]


if __name__ == "__main__":
    main()
