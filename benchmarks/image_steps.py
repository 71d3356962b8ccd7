"""A training step of one network for images: Luthier's engine and the loops that people write, in turn, in one process.

    python -m benchmarks.image_steps [--repeats 7] [--steps 20] [--workers 0 2]

The pictures that come with the package, 28 x 28, batches of 128; the same FastCnn, Nesterov SGD, label smoothing; flip, shift by 2 pixels and
random erasing on all sides. `usual loop`: NCHW, float32, a DataLoader whose transforms take one Pillow image after the other.
`better loop`: the same DataLoader, but channels_last and bfloat16 autocast. A DataLoader without workers loads in the training process; with workers it
is asked on while others are timed, which favors it. Luthier takes bfloat16 where a probe says that it pays, as in a fit; the better loop takes it in
any case. Beside it: images a second of decoding and of augmentation.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import torch
from PIL import Image, ImageOps
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from luthier.core.recipe import Choice, Member, Recipe
from luthier.core.task import PixelShape, TaskKind
from luthier.data.images import decode, reference_to
from luthier.fit import FoldTensors, Population, build_augmentation, describe_device, fold_tensors, lanes_for, one_thread, start_network
from luthier.fit.augment import augment
from luthier.fit.precision import bfloat16_pays
from scripts.fashion_subset import OUT, read_idx

BATCH, SHIFT, ERASE = 128, 2, 0.25
LEARNING_RATE, SMOOTHING, DECAY = 0.1, 0.1, 5e-4
CPU = torch.device("cpu")
MEMBER = Member(
    recipe=Recipe(
        name="fast-cnn",
        net=Choice(name="fast-cnn"),
        optimizer=Choice(name="nesterov", settings={"momentum": 0.9}),
        schedule=Choice(name="constant"),
        learning_rate=LEARNING_RATE,
        weight_decay=DECAY,
        batch_size=BATCH,
        label_smoothing=SMOOTHING,
        augmentation=Choice(name="images", settings={"flip": "random", "shift": SHIFT / 28, "erase": ERASE}),
    ),
    fold=0,
    seed=0,
)


def make_data() -> FoldTensors:
    """The shipped pictures, all in one fold."""
    pixels, labels = (read_idx(OUT / f"train-{name}-ubyte.gz") for name in ("images-idx3", "labels-idx1"))
    everything = np.arange(len(pixels))
    data = fold_tensors(
        kind=TaskKind.MULTICLASS,
        shape=PixelShape(channels=1, height=28, width=28),
        outputs=10,
        inputs=[(pixels[..., None].transpose(0, 3, 1, 2).copy(),)],
        truth=labels.astype(np.int64),
        folds=[(everything, everything[:1000])],
        device=CPU,
    )
    torch.set_num_threads(lanes_for(CPU))
    pays = bfloat16_pays(start_network(MEMBER, data), data.inputs[0][0, :BATCH], CPU)
    return replace(data, precision=torch.bfloat16 if pays else torch.float32)


class Pictures(Dataset):
    """One Pillow image after the other, changed at random, as a tensor from 0 to 1."""

    def __init__(self, data: FoldTensors) -> None:
        self.images = [Image.fromarray(picture) for picture in data.inputs[0][0, :, 0].numpy()]
        self.truth = data.targets[0].tolist()

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> tuple[Tensor, int]:
        """An image and its class."""
        return changed(self.images[row]), self.truth[row]


def changed(image: Image.Image) -> Tensor:
    """Flip by a coin, shift by up to 2 pixels, erase a rectangle of 2 to 40 % with probability 0.25."""
    if torch.rand(()) < 0.5:
        image = ImageOps.mirror(image)
    left, top = torch.randint(0, 2 * SHIFT + 1, (2,)).tolist()
    image = ImageOps.expand(image, SHIFT).crop((left, top, left + image.width, top + image.height))
    pixels = torch.from_numpy(np.array(image))[None].float() / 255.0
    if torch.rand(()) < ERASE:
        height, width = pixels.shape[1:]
        area, ratio = height * width * float(0.02 + 0.38 * torch.rand(())), float(0.3 + 3.0 * torch.rand(()))
        tall, wide = (min(max(round(side), 1), height) for side in ((area * ratio) ** 0.5, (area / ratio) ** 0.5))
        top, left = int(torch.randint(0, height - tall + 1, ())), int(torch.randint(0, width - wide + 1, ()))
        pixels[:, top : top + tall, left : left + wide] = torch.rand(1, tall, wide)
    return pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """Somebody who trains."""

    run: Callable[[int], None]
    "Takes so many steps."
    threads: int
    networks: int = 1
    "That take each step at the same time."


def ours(data: FoldTensors) -> Contender:
    """One network as a fit trains it, with all threads."""
    stacked = Population([MEMBER], data)

    def run(steps: int) -> None:
        for _ in range(steps):
            stacked.step_together(0.5)

    return Contender(run=run, threads=lanes_for(CPU))


def ours_in_lanes(data: FoldTensors) -> Contender:
    """One network a core, each with one thread."""
    stacks = [Population([replace(MEMBER, seed=seed)], data) for seed in range(lanes_for(CPU))]

    def run(steps: int) -> None:
        def train(stacked: Population) -> None:
            for _ in range(steps):
                stacked.step_together(0.5)

        with one_thread(), ThreadPoolExecutor(len(stacks), initializer=torch.set_num_threads, initargs=(1,)) as pool:
            list(pool.map(train, stacks))

    return Contender(run=run, threads=1, networks=len(stacks))


def loop(data: FoldTensors, *, workers: int, better: bool) -> Contender:
    """The same network in a loop of its own."""
    layout = torch.channels_last if better else torch.contiguous_format
    net = start_network(MEMBER, data).train().to(memory_format=layout)
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE, momentum=0.9, weight_decay=DECAY, nesterov=True)
    batches = endless(DataLoader(Pictures(data), BATCH, shuffle=True, drop_last=True, num_workers=workers, persistent_workers=workers > 0))

    def run(steps: int) -> None:
        for _ in range(steps):
            images, truth = next(batches)
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=better):
                logits = net(images.contiguous(memory_format=layout))
            nn.functional.cross_entropy(logits.float(), truth, label_smoothing=SMOOTHING).backward()
            optimizer.step()

    return Contender(run=run, threads=lanes_for(CPU))


def endless(loader: DataLoader) -> Iterator[tuple[Tensor, Tensor]]:
    """Epoch after epoch."""
    while True:
        yield from loader


def measure(contenders: dict[str, Contender], repeats: int, steps: int) -> dict[str, list[float]]:
    """Seconds a step and network of every contender, in turn, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(repeats + 1):
        for name, contender in contenders.items():
            torch.set_num_threads(contender.threads)
            started = time.perf_counter()
            contender.run(steps)
            if number:
                seconds[name].append((time.perf_counter() - started) / steps / contender.networks)
    return seconds


def show(seconds: dict[str, list[float]]) -> None:
    """Print the steps."""
    first = next(iter(seconds))
    table = Table("contender", "ms a step and network", "spread", "images a second", f"times {first}", "spread", title=f"batch {BATCH}, 28 x 28 x 1")
    for name, values in seconds.items():
        ratios = [value / own for value, own in zip(values, seconds[first], strict=True)]
        times = (f"{1e3 * median(values):.1f}", f"{1e3 * min(values):.1f} to {1e3 * max(values):.1f}", f"{BATCH / median(values):,.0f}")
        table.add_row(name, *times, f"{median(ratios):.2f}", f"{min(ratios):.2f} to {max(ratios):.2f}")
    Console(width=140).print(table)


def show_preparation(data: FoldTensors, repeats: int) -> None:
    """Print images a second of decoding and of augmentation, one thread and one a core."""
    cores = lanes_for(CPU)
    table = Table("what", "threads", "images a second", "spread", title="what comes before a step")
    for side, kind in ((28, "PNG"), (256, "JPEG")):
        files = [encoded(side, kind, number) for number in range(200)]
        for threads in sorted({1, cores}):
            table.add_row(f"decode {kind}, {side} x {side} x 3", str(threads), *_rate(lambda files=files, threads=threads: decoded(files, threads), repeats))
    torch.set_num_threads(1)
    pixels, rows, settings = data.inputs[0][0, :BATCH], torch.arange(BATCH), build_augmentation(MEMBER.recipe.augmentation)

    def augmented() -> int:
        for epoch in range(20):
            augment(pixels, settings, rows=rows, epoch=epoch, progress=0.5, generator=torch.Generator().manual_seed(epoch), dtype=data.precision)
        return 20 * BATCH

    images = Pictures(data).images[:200]

    def one_by_one() -> int:
        return len([changed(image) for image in images])

    table.add_row("augment, Luthier's batches", "1", *_rate(augmented, repeats))
    table.add_row("augment, Pillow one by one", "1", *_rate(one_by_one, repeats))
    Console(width=140).print(table)


def encoded(side: int, kind: str, number: int) -> bytes:
    """A file of smooth colors with some noise."""
    rng = np.random.default_rng(number)
    smooth = Image.fromarray(rng.integers(0, 256, (5, 5, 3), dtype=np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    noisy = np.clip(np.asarray(smooth) + rng.normal(0, 5, (side, side, 3)), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noisy).save(file, kind)
    return file.getvalue()


def decoded(files: list[bytes], threads: int) -> int:
    """Decode all; returns how many."""
    with ThreadPoolExecutor(threads) as pool:
        return len(list(pool.map(lambda file: decode(reference_to(file), 3), files)))


def _rate(work: Callable[[], int], repeats: int) -> tuple[str, str]:
    rates = []
    for _ in range(repeats + 1):
        started = time.perf_counter()
        rates.append(work() / (time.perf_counter() - started))
    return f"{median(rates[1:]):,.0f}", f"{min(rates[1:]):,.0f} to {max(rates[1:]):,.0f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--workers", type=int, nargs="*", default=[0, 2])
    wanted = parser.parse_args()
    data = make_data()
    print(f"{describe_device(CPU)}, n = {wanted.repeats} of {wanted.steps} steps, Luthier in {str(data.precision).removeprefix('torch.')}")
    contenders = {"Luthier": ours(data), "Luthier, a network a core": ours_in_lanes(data)}
    for name, better in (("usual loop", False), ("better loop", True)):
        contenders |= {f"{name}, {workers} workers": loop(data, workers=workers, better=better) for workers in wanted.workers}
    show(measure(contenders, wanted.repeats, wanted.steps))
    show_preparation(data, wanted.repeats)


if __name__ == "__main__":
    main()
