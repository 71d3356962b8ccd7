"""Images under the clock: what `luthier fit` makes of Fashion-MNIST, 10,000 pictures sealed, as a whole process.

    python -m benchmarks.images [--set fashion] [--budgets 5m 20m] [--seeds 0 1 2] [--device auto] [--out images.jsonl]

Every fit is the command line in a process of its own; seconds are those of the whole process: reading, search, report. Accuracy and its interval
are those of the model's own report, n = 10,000. One picture is predicted 200 times in this process from the saved model. --out keeps what was measured:
a benchmark that broke off goes on where it was. `benchmarks.image_steps` times the training step, `benchmarks.image_peers` the others.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from statistics import median

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.deadlines import allowed
from benchmarks.image_peers.systems import run_luthier
from benchmarks.image_sets import SETS, ImageRows, image_set
from benchmarks.lines import append_line, read_lines
from luthier.bundle import Bundle
from luthier.core.clock import parse_duration
from luthier.fit import choose_device, describe_device

PREDICTIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """One fit."""

    set: str
    budget_seconds: float
    seed: int
    device: str
    status: str
    "`answered`, `timed out` or `failed`."
    seconds: float
    message: str = ""
    accuracy: float = float("nan")
    lower: float = float("nan")
    upper: float = float("nan")
    "Ends of the 95 % interval of the model's report."
    log_loss: float = float("nan")
    networks: int = 0
    "Recipes in the ensemble."
    bundle_megabytes: float = float("nan")
    one_image_milliseconds: float = float("nan")
    "Median of a prediction in-process."

    @property
    def is_in_time(self) -> bool:
        """By the law of the deadline."""
        return self.seconds <= self.budget_seconds + allowed(self.budget_seconds)


def fit_one(rows: ImageRows, budget: float, seed: int, device: str) -> Fitted:
    """Fit as a user would, then read the report and ask the model."""
    terms = {"set": rows.name, "budget_seconds": budget, "seed": seed, "device": device}
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        ending = run_luthier(rows, model, budget=budget, seed=seed, device=device)
        if ending.status != "answered":
            return Fitted(**terms, status=ending.status, seconds=ending.seconds, message=ending.message)
        record = json.loads((model / "report.json").read_text())
        scores = {score["metric"]: score for entry in record["contestants"] if entry["name"] == "model" for score in entry["scores"]}
        return Fitted(
            **terms,
            status=ending.status,
            seconds=ending.seconds,
            accuracy=scores["accuracy"]["value"],
            lower=scores["accuracy"]["lower"],
            upper=scores["accuracy"]["upper"],
            log_loss=scores["log_loss"]["value"],
            networks=sum(entry["weight"] > 0 for entry in record["tried"]),
            bundle_megabytes=sum(file.stat().st_size for file in model.rglob("*")) / 1e6,
            one_image_milliseconds=one_image_milliseconds(Bundle.load(model), rows),
        )


def one_image_milliseconds(bundle: Bundle, rows: ImageRows) -> float:
    """Median time of a prediction of one image, after one that does not count."""
    seconds = []
    for number in range(PREDICTIONS + 1):
        image = rows.sealed[number % len(rows.sealed)]
        started = time.perf_counter()
        bundle.predict(image)
        seconds.append(time.perf_counter() - started)
    return 1e3 * median(seconds[1:])


def show(fits: Sequence[Fitted]) -> None:
    """Print a line a fit, and a line a set and budget with the median over seeds."""
    every = Table("set", "budget", "seed", "accuracy", "95 % interval", "log-loss", "networks", "seconds", "in time", "MB", "one image, ms")
    for fit in sorted(fits, key=lambda fit: (fit.set, fit.budget_seconds, fit.seed)):
        judged = (f"{fit.accuracy:.2%}", f"{fit.lower:.2%} to {fit.upper:.2%}", f"{fit.log_loss:.4f}", str(fit.networks))
        cells = judged if fit.status == "answered" else (f"none: {fit.status}", "", "", "")
        served = (f"{fit.bundle_megabytes:.1f}", f"{fit.one_image_milliseconds:.2f}") if fit.status == "answered" else ()
        every.add_row(fit.set, f"{fit.budget_seconds:.0f}", str(fit.seed), *cells, f"{fit.seconds:.1f}", "yes" if fit.is_in_time else "no", *served)
    medians = Table("set", "budget", "n", "median accuracy", "smallest to largest", "median seconds", "median ms an image")
    answered = [fit for fit in fits if fit.status == "answered"]
    for name, budget in sorted({(fit.set, fit.budget_seconds) for fit in answered}):
        group = [fit for fit in answered if (fit.set, fit.budget_seconds) == (name, budget)]
        values = [fit.accuracy for fit in group]
        spread = f"{min(values):.2%} to {max(values):.2%}"
        times = (f"{median(fit.seconds for fit in group):.1f}", f"{median(fit.one_image_milliseconds for fit in group):.2f}")
        medians.add_row(name, f"{budget:.0f}", str(len(group)), f"{median(values):.2%}", spread, *times)
    console = Console(width=160)
    console.print(every)
    console.print(medians)
    for fit in fits:
        if fit.message:
            print(f"{fit.set}, {fit.budget_seconds:.0f} s, seed {fit.seed}: {fit.message}")


def main() -> None:
    """Fit what has not been fitted yet, and print all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs="*", default=["fashion"], choices=SETS)
    parser.add_argument("--budgets", nargs="*", default=["5m", "20m"])
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--device", default="auto")
    parser.add_argument("--emoji", type=Path, metavar="ZIP")
    parser.add_argument("--toy", type=int, metavar="N", help="take N images, to see that it works")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "luthier-benchmarks")
    parser.add_argument("--out", type=Path)
    wanted = parser.parse_args()
    print(f"{describe_device(choose_device(wanted.device))}, torch {torch.__version__}", file=sys.stderr)
    fits = [Fitted(**line) for line in read_lines(wanted.out)] if wanted.out else []
    done = {(fit.set, fit.budget_seconds, fit.seed, fit.device) for fit in fits if fit.status != "failed"}
    for name in wanted.set:
        rows = image_set(name, wanted.cache, archive=wanted.emoji)
        rows = rows.toy(wanted.toy, wanted.cache) if wanted.toy else rows
        print(rows.facts)
        for seed, budget in product(wanted.seeds, [parse_duration(budget) for budget in wanted.budgets]):
            if (name, budget, seed, wanted.device) in done:
                continue
            fits.append(fit_one(rows, budget, seed, wanted.device))
            print(fits[-1], file=sys.stderr)
            if wanted.out:
                append_line(wanted.out, asdict(fits[-1]))
    show(fits)


if __name__ == "__main__":
    main()
