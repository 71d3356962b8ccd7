"""Augmentation: a batch of images changed by Luthier, by Kornia and image by image with Pillow, in turn, on one thread.

    python -m benchmarks.augmentation [--repeats 30]

From uint8 pixels to floats from 0 to 1. `moves`: flip, shift by whole pixels with reflection, random erasing. `all`: flip, turn and shift
between the pixels, brightness, contrast, saturation, random erasing. The times of one round are compared with each other, so that what
else the machine does falls on all of them. Kornia is left out where it is not installed: `pip install --no-deps kornia kornia_rs`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from statistics import median, quantiles
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageEnhance
from rich.console import Console
from rich.table import Table
from torch import Tensor

from luthier.fit.augment import AugmentationSettings, augment

SHAPES = ((128, 1, 28, 28), (128, 3, 32, 32), (64, 3, 64, 64))
SHIFT, DEGREES, LIGHT, ERASE = 0.07, 15.0, 0.2, 0.25

Contender = Callable[[Tensor], Tensor]
"""uint8 [batch, channel, height, width] -> floats of the same shape."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Luthier, Kornia and Pillow on the same batches.")
    parser.add_argument("--repeats", type=int, default=30)
    torch.set_num_threads(1)
    repeats = parser.parse_args().repeats
    columns = ("batch", "operations", "who", "ms", "best ms", "times Luthier's (middle half)", "best against best")
    table = Table(*columns, title=f"one thread, medians of {repeats} rounds in turn")
    for shape in SHAPES:
        for operations in ("moves", "all"):
            for row in rows(shape, operations, repeats):
                table.add_row("x".join(map(str, shape)), operations, *row)
    Console(width=120).print(table)


def rows(shape: tuple[int, ...], operations: str, repeats: int) -> list[tuple[str, ...]]:
    """For each contender its name and its times, alone and as ratios to Luthier's: in the same rounds, and the best of all rounds."""
    batch, channel, height, width = shape
    pixels = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (batch, height, width, channel), dtype=np.uint8)).permute(0, 3, 1, 2)
    contenders = {"Luthier": luthier(operations), "Pillow, one by one": pillow(operations)}
    if find_spec("kornia") is not None:
        contenders["Kornia"] = kornia(operations, channel, height)
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(repeats + 2):
        for name, contender in contenders.items():
            seconds = timed(contender, pixels)
            if round_number >= 2:
                times[name].append(seconds)
    return [described(name, seconds, times["Luthier"]) for name, seconds in times.items()]


def timed(contender: Contender, pixels: Tensor) -> float:
    """Seconds of one batch."""
    start = time.perf_counter()
    images = contender(pixels)
    seconds = time.perf_counter() - start
    assert images.shape == pixels.shape
    return seconds


def described(name: str, seconds: list[float], reference: list[float]) -> tuple[str, ...]:
    """A row of the table."""
    ratios = [one / other for one, other in zip(seconds, reference, strict=True)]
    low, middle, high = quantiles(ratios, n=4)
    best = f"{min(seconds) / min(reference):.1f}"
    return name, f"{1000 * median(seconds):.2f}", f"{1000 * min(seconds):.2f}", f"{middle:.1f} ({low:.1f} to {high:.1f})", best


def luthier(operations: str) -> Contender:
    """Ours."""
    light = {"rotation": DEGREES, "brightness": LIGHT, "contrast": LIGHT, "color": LIGHT} if operations == "all" else {}
    settings = AugmentationSettings(flip="random", shift=SHIFT, erase=ERASE, **light)
    generator = torch.Generator().manual_seed(0)
    return lambda pixels: augment(pixels, settings, rows=torch.arange(len(pixels)), epoch=0, progress=0.5, generator=generator)


def kornia(operations: str, channel: int, side: int) -> Contender:
    """The same operations of Kornia; gray images have no saturation, which its jitter of colors insists on."""
    parts: Any = import_module("kornia.augmentation")
    erasing = parts.RandomErasing(p=ERASE, scale=(0.02, 0.4), ratio=(0.3, 1 / 0.3))
    flip = parts.RandomHorizontalFlip(p=0.5)
    if operations == "moves":
        moves = parts.RandomCrop((side, side), padding=round(SHIFT * side), padding_mode="reflect")
        return _from_bytes(torch.nn.Sequential(flip, moves, erasing))
    around = (1 - LIGHT, 1 + LIGHT)
    light = [parts.ColorJitter(LIGHT, LIGHT, LIGHT, 0.0, p=1.0)]
    if channel == 1:
        light = [parts.RandomBrightness(around, p=1.0), parts.RandomContrast(around, p=1.0)]
    return _from_bytes(torch.nn.Sequential(flip, parts.RandomAffine(DEGREES, translate=(SHIFT, SHIFT), p=1.0), *light, erasing))


def _from_bytes(module: torch.nn.Module) -> Contender:
    return lambda pixels: module(pixels.to(torch.float32).div_(255))


def pillow(operations: str) -> Contender:
    """A plain loop over the images, as in a data set whose items are transformed one by one."""
    rng = np.random.default_rng(0)

    def change(pixels: Tensor) -> Tensor:
        images = [one_image(image, operations, rng) for image in pixels.permute(0, 2, 3, 1).numpy()]
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).to(torch.float32).div_(255)

    return change


def one_image(pixels: np.ndarray, operations: str, rng: np.random.Generator) -> np.ndarray:
    """One image through Pillow."""
    height, width, channel = pixels.shape
    most = round(SHIFT * height)
    if operations == "moves":
        top, left = rng.integers(0, 2 * most + 1, 2)
        wide = np.pad(pixels, ((most, most), (most, most), (0, 0)), mode="reflect")
        pixels = wide[top : top + height, left : left + width]
    image = Image.fromarray(pixels[..., 0] if channel == 1 else np.ascontiguousarray(pixels))
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if operations == "all":
        image = image.rotate(rng.uniform(-DEGREES, DEGREES), Image.Resampling.BILINEAR, translate=tuple(rng.uniform(-most, most, 2)))
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, *([ImageEnhance.Color] if channel == 3 else [])):
            image = enhance(image).enhance(rng.uniform(1 - LIGHT, 1 + LIGHT))
    changed = np.array(image).reshape(height, width, channel)
    if rng.random() < ERASE:
        tall, wide_ = (int(side * rng.uniform(0.15, 0.6)) for side in (height, width))
        top, left = rng.integers(0, height - tall + 1), rng.integers(0, width - wide_ + 1)
        changed[top : top + tall, left : left + wide_] = rng.integers(0, 256, (tall, wide_, channel), dtype=np.uint8)
    return changed


if __name__ == "__main__":
    main()
