"""Executors: the same jobs trained in threads and in worker processes, in turn.

    python -m benchmarks.executors [--repeats 5] [--seconds 4] [--nets tabm-mini realmlp mlp] [--widths 64 128 256 512]

10,000 rows of 30 numbers and two classes; two jobs for every core, of 8 members each, batch 256. Counted are steps times members a second of the
whole run: what a message, a start of the networks and the evaluations cost is in it. `luthier.tune.executors.choice.PROCESS_GAIN` is the smallest value
of the last column, `START_SECONDS` stands below the tables.
"""

from __future__ import annotations

import argparse
import time
import warnings
from statistics import median

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.task import InputShape, TaskKind
from luthier.evaluate import METRICS
from luthier.fit import FoldTensors, describe_device, fold_tensors, lanes_for
from luthier.tune.executor import Executor, Job
from luthier.tune.executors import InProcess, Workers

ROWS, NUMBERS, MEMBERS, BATCH = 10_000, 30, 8, 256
CALIBRATING_STEPS = 24
CORES = lanes_for(torch.device("cpu"))
IN_THREADS, IN_PROCESSES = f"{CORES} lanes in this process", f"{CORES} processes x 1 thread"


def make_data() -> FoldTensors:
    """One fold, a tenth of it held out."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(ROWS, NUMBERS)).astype(np.float32)
    truth = (numbers[:, 0] * numbers[:, 1] + numbers[:, 2] > 0).astype(np.int64)
    return fold_tensors(
        kind=TaskKind.BINARY,
        shape=InputShape(numbers=NUMBERS),
        outputs=2,
        inputs=[(numbers, np.zeros((ROWS, 0), dtype=np.int64))],
        truth=truth,
        folds=[(np.arange(ROWS // 10, ROWS), np.arange(ROWS // 10))],
        device=torch.device("cpu"),
    )


def make_jobs(net: str, width: int, steps: int) -> list[Job]:
    """Two jobs for every core; nobody stops early."""
    recipe = Recipe(
        name=net,
        net=Choice(name=net, settings={"width": width}),
        optimizer=Choice(name="adamw"),
        schedule=Choice(name="linear"),
        learning_rate=1e-3,
        batch_size=BATCH,
        patience=1000,
    )
    stacks = [tuple(Member(recipe=recipe, fold=0, seed=job * MEMBERS + seed) for seed in range(MEMBERS)) for job in range(2 * CORES)]
    return [Job(members=stack, seed=0, steps=steps, most_steps=steps) for stack in stacks]


def rate(executor: Executor, jobs: list[Job]) -> float:
    """Steps times members a second."""
    start = time.perf_counter()
    results = executor.run(jobs, tell=lambda progress, error: None)
    assert not any(result.failure for result in results), results[0].failure
    return sum(job.steps * len(job.members) for job in jobs) / (time.perf_counter() - start)


def measure(executors: dict[str, Executor], net: str, width: int, *, repeats: int, seconds: float) -> dict[str, list[float]]:
    """Rates of every executor, in turn, on jobs that take about so long in one lane."""
    trial = make_jobs(net, width, CALIBRATING_STEPS)
    warm = [rate(executor, trial) for executor in executors.values()]
    steps = max(int(seconds * warm[0] / (len(trial) * MEMBERS)), CALIBRATING_STEPS)
    jobs = make_jobs(net, width, steps)
    rates: dict[str, list[float]] = {name: [] for name in executors}
    for _ in range(repeats):
        for name, executor in executors.items():
            rates[name].append(rate(executor, jobs))
    return rates


def ratio(rates: dict[str, list[float]], name: str, other: str) -> str:
    """Median and spread of the ratios, repeat by repeat."""
    values = [one / two for one, two in zip(rates[name], rates[other], strict=True)]
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def show(net: str, rates_by_width: dict[int, dict[str, list[float]]]) -> None:
    """Print one kind of network."""
    table = Table("width", "executor", "member-steps a second", "spread", "times one lane", f"times {CORES} lanes", title=net)
    for width, rates in rates_by_width.items():
        one_lane = next(iter(rates))
        for name, values in rates.items():
            spread = f"{min(values):,.0f} to {max(values):,.0f}"
            table.add_row(str(width), name, f"{median(values):,.0f}", spread, ratio(rates, name, one_lane), ratio(rates, name, IN_THREADS))
        table.add_section()
    Console(width=150).print(table)


def seconds_to_start(data: FoldTensors, jobs: list[Job]) -> float:
    """Until workers that nobody started early have done a job of one step each."""
    start = time.perf_counter()
    workers = Workers(data, METRICS["log_loss"].error, processes=CORES)
    rate(workers, jobs)
    workers.close()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0, help="of a run in one lane")
    parser.add_argument("--nets", nargs="*", default=["tabm-mini", "realmlp", "mlp"])
    parser.add_argument("--widths", type=int, nargs="*", default=[64, 128, 256, 512])
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    data, judge = make_data(), METRICS["log_loss"].error
    print(f"{describe_device(data.device)}, jobs of {MEMBERS} members, n = {wanted.repeats}")
    executors: dict[str, Executor] = {
        "1 lane in this process": InProcess(data, judge, lanes=1),
        IN_THREADS: InProcess(data, judge, lanes=CORES),
        IN_PROCESSES: Workers(data, judge, processes=CORES),
        f"1 process x {CORES} threads": Workers(data, judge, processes=1, threads=CORES),
    }
    try:
        for net in wanted.nets:
            show(net, {width: measure(executors, net, width, repeats=wanted.repeats, seconds=wanted.seconds) for width in wanted.widths})
    finally:
        for executor in executors.values():
            executor.close()
    starts = [seconds_to_start(data, make_jobs("mlp", 64, 1)) for _ in range(wanted.repeats)]
    print(f"From nothing to the first results of {CORES} workers: {median(starts):.1f} s ({min(starts):.1f} to {max(starts):.1f})")


if __name__ == "__main__":
    main()
