"""The engine: the same networks trained as a population and one by one, in turn, in one process.

    python -m benchmarks.engine [--repeats 5] [--members 8]

20,000 rows of 50 numbers and two classes; MLPs of two hidden layers with dropout 0.1, AdamW, batch 256, one epoch each.
Every contender trains the same module on the same tensors. skorch and Lightning are left out where they are not installed.
"""

from __future__ import annotations

import argparse
import logging
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from statistics import median

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.task import InputShape, TaskKind
from luthier.fit import FoldTensors, Population, describe_device, fold_tensors, lanes_for, one_thread
from luthier.nets import build

ROWS, NUMBERS, CLASSES, BATCH = 20_000, 50, 2, 256
SHAPE = InputShape(numbers=NUMBERS)
NO_CODES = torch.zeros(BATCH, 0, dtype=torch.long)


def make_data() -> FoldTensors:
    """One fold with everything in it."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(ROWS, NUMBERS)).astype(np.float32)
    truth = (numbers[:, 0] * numbers[:, 1] + numbers[:, 2] > 0).astype(np.int64)
    everything = np.arange(ROWS)
    return fold_tensors(
        kind=TaskKind.BINARY,
        shape=SHAPE,
        outputs=CLASSES,
        inputs=[(numbers, np.zeros((ROWS, 0), dtype=np.int64))],
        truth=truth,
        folds=[(everything, everything[:1000])],
        device=torch.device("cpu"),
    )


def recipe(width: int) -> Recipe:
    """What everybody trains."""
    settings = {"blocks": 2, "width": width, "dropout": 0.1, "embedding": "none"}
    net = Choice(name="mlp", settings=settings)
    return Recipe(
        name="mlp", net=net, optimizer=Choice(name="adamw"), schedule=Choice(name="constant"), learning_rate=1e-3, weight_decay=0.01, batch_size=BATCH
    )


def population(width: int, members: int, data: FoldTensors) -> Callable[[], int]:
    """All networks as stacked programs, one a lane, as a fit trains them."""
    seeds, lanes = list(range(members)), lanes_for(data.device)
    stacks = [Population([Member(recipe=recipe(width), fold=0, seed=seed) for seed in seeds[lane::lanes]], data) for lane in range(lanes)]

    def train(stacked: Population) -> None:
        for _ in range(stacked.steps_per_epoch):
            stacked.step_together(0.5)

    def epoch() -> int:
        with one_thread(), ThreadPoolExecutor(lanes, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            list(pool.map(train, stacks))
        return members

    return epoch


def with_threads(threads: int, epoch: Callable[[], int]) -> Callable[[], int]:
    """The same with so many threads inside each operation."""

    def run() -> int:
        torch.set_num_threads(threads)
        return epoch()

    return run


def flat_loop(width: int, data: FoldTensors) -> Callable[[], int]:
    """One network, tensors in memory, the plainest loop."""
    net = build(recipe(width).net, SHAPE, CLASSES, seed=0).train()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    numbers, targets = data.inputs[0][0], data.targets[0]

    def epoch() -> int:
        order = torch.randperm(ROWS)
        for start in range(0, ROWS - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(numbers[rows], NO_CODES), targets[rows]).backward()
            optimizer.step()
        return 1

    return epoch


class OneInput(nn.Module):
    """The same network for libraries that pass one tensor."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = build(recipe(width).net, SHAPE, CLASSES, seed=0)

    def forward(self, numbers: Tensor) -> Tensor:
        """Logits of some rows."""
        return self.net(numbers, NO_CODES[: len(numbers)])


def with_skorch(width: int, data: FoldTensors) -> Callable[[], int]:
    """Skorch's NeuralNetClassifier, without its validation split and its printing."""
    import skorch

    net = skorch.NeuralNetClassifier(
        OneInput(width), criterion=nn.CrossEntropyLoss, optimizer=torch.optim.AdamW, lr=1e-3, batch_size=BATCH, max_epochs=1, train_split=None, verbose=0
    ).initialize()
    numbers, targets = data.inputs[0][0].numpy(), data.targets[0].numpy()

    def epoch() -> int:
        net.partial_fit(numbers, targets)
        return 1

    return epoch


def with_lightning(width: int, data: FoldTensors) -> Callable[[], int]:
    """Lightning's Trainer over a DataLoader, without logging, checkpoints and progress bar."""
    import lightning

    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)  # importing it set the level to INFO

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.net = OneInput(width)

        def training_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
            return nn.functional.cross_entropy(self.net(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.AdamW(self.parameters(), lr=1e-3, weight_decay=0.01)

    rows = torch.utils.data.TensorDataset(data.inputs[0][0], data.targets[0])
    loader, module = torch.utils.data.DataLoader(rows, batch_size=BATCH, shuffle=True), Module()

    def epoch() -> int:
        quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
        lightning.Trainer(max_epochs=1, accelerator="cpu", **quiet).fit(module, loader)
        return 1

    return epoch


def matrix_product_rate(width: int, members: int) -> float:
    """Multiply-adds a second, times two, of one core's own stacked matrix product at the hidden layer's shape: the best of 50."""
    torch.set_num_threads(1)
    left, right = torch.randn(members, BATCH, width), torch.randn(members, width, width)
    seconds = min(_seconds(lambda: torch.bmm(left, right)) for _ in range(50))
    return 2 * members * BATCH * width * width / seconds


def training_operations(width: int) -> float:
    """Multiply-adds of one epoch of one network, times two: forward once, backward twice."""
    weights = NUMBERS * width + width * width + width * CLASSES
    return 6.0 * weights * (ROWS // BATCH) * BATCH


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(contenders: dict[str, Callable[[], int]], repeats: int) -> dict[str, list[float]]:
    """Seconds an epoch and network of every contender, in turn, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(repeats + 1):
        for name, epoch in contenders.items():
            start = time.perf_counter()
            networks = epoch()
            if number:
                seconds[name].append((time.perf_counter() - start) / networks)
    return seconds


def contenders(width: int, members: int, data: FoldTensors) -> dict[str, Callable[[], int]]:
    """Everybody who is installed; those who train one network at a time with one thread and with all."""
    found: dict[str, Callable[[], int]] = {f"population of {members}, {lanes_for(data.device)} lanes": population(width, members, data)}
    one_by_one = {"flat loop": flat_loop(width, data)}
    if find_spec("skorch"):
        one_by_one["skorch"] = with_skorch(width, data)
    if find_spec("lightning"):
        one_by_one["Lightning"] = with_lightning(width, data)
    for name, epoch in one_by_one.items():
        for threads in sorted({1, lanes_for(data.device)}):
            found[f"{name}, {threads} threads"] = with_threads(threads, epoch)
    return found


def show(width: int, members: int, seconds: dict[str, list[float]]) -> None:
    """Print one width."""
    ours = next(iter(seconds))
    rate = matrix_product_rate(width, members) * lanes_for(torch.device("cpu"))
    table = Table(
        "contender",
        "ms an epoch and network",
        "spread",
        "times the population",
        "share of the matrix product",
        title=f"width {width}, {rate / 1e9:.0f} GFLOP/s",
    )
    for name, values in seconds.items():
        ratios = [value / own for value, own in zip(values, seconds[ours], strict=True)]
        share = training_operations(width) / median(values) / rate
        table.add_row(name, f"{median(values) * 1e3:.0f}", f"{min(values) * 1e3:.0f} to {max(values) * 1e3:.0f}", f"{median(ratios):.2f}", f"{share:.0%}")
    Console(width=120).print(table)


def show_profile(width: int, members: int, data: FoldTensors) -> None:
    """Where a step of the population spends its time."""
    torch.set_num_threads(1)
    stacked = Population([Member(recipe=recipe(width), fold=0, seed=seed) for seed in range(members)], data)
    for _ in range(3):
        stacked.step_together(0.5)
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        for _ in range(20):
            stacked.step_together(0.5)
    events = sorted(seen.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    table = Table("operation", "share of a step", title=f"profile of a step, width {width}, {members} members")
    for event in events[:10]:
        table.add_row(event.key, f"{event.self_cpu_time_total / total:.0%}")
    Console(width=120).print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--members", type=int, default=8)
    parser.add_argument("--widths", type=int, nargs="*", default=[64, 128, 256])
    wanted = parser.parse_args()
    warnings.simplefilter("ignore")
    data = make_data()
    print(f"{describe_device(data.device)}, {wanted.members} members, n = {wanted.repeats}")
    for width in wanted.widths:
        show(width, wanted.members, measure(contenders(width, wanted.members, data), wanted.repeats))
    show_profile(128, wanted.members, data)


if __name__ == "__main__":
    main()
