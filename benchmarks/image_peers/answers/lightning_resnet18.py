"""Lightning: a plain ResNet-18 recipe as people write it. Random crops and flips in a DataLoader, SGD with momentum, one cycle, float32.

The cycle is as long as the clock allows, at most 30 epochs: the learning rate follows the clock. The stem is the one for small images (3 x 3, no
pooling) where its network gets through five epochs or more, else the original one (7 x 7, stride 2, pooled), which is cheaper.
"""

from __future__ import annotations

import logging
import math
import os
import time

import lightning
import numpy as np
import torch
from given import Given, answer
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

BATCH, MOST_EPOCHS, FEWEST_EPOCHS = 128, 30, 5
LEARNING_RATE, WEIGHT_DECAY = 0.1, 5e-4
WARM = 0.3
"Share of the cycle in which the learning rate rises."
PADDING, PROBE = 4, 32
"Pixels around an image before it is cropped; images of a step that is timed."
RESERVE, ANSWERING = 0.05, 0.6
"Share of the time that is kept back; seconds of an answer, as a share of those of a step."


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, images: Tensor) -> Tensor:
        """The next layer."""
        return torch.relu(self.second(self.first(images)) + self.shortcut(images))


def resnet18(channels: int, classes: int, *, small_stem: bool) -> nn.Sequential:
    """He et al., Deep Residual Learning for Image Recognition, 2015."""
    stem = [nn.Conv2d(channels, 64, 3, 1, 1, bias=False)] if small_stem else [nn.Conv2d(channels, 64, 7, 2, 3, bias=False)]
    pooled = [] if small_stem else [nn.MaxPool2d(3, 2, 1)]
    widths = ((64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2))
    blocks = [block for inputs, outputs, stride in widths for block in (Block(inputs, outputs, stride), Block(outputs, outputs, 1))]
    return nn.Sequential(*stem, nn.BatchNorm2d(64), nn.ReLU(), *pooled, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


class Images(Dataset):
    """Standardized images; those to learn from are cropped and flipped at random."""

    def __init__(self, images: np.ndarray, truth: np.ndarray | None, mean: Tensor, deviation: Tensor) -> None:
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2)
        self.truth, self.mean, self.deviation = truth, mean, deviation

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> tuple[Tensor, int]:
        """One image and its class."""
        image = (self.images[row].float() / 255.0 - self.mean) / self.deviation
        if self.truth is None:
            return image, 0
        height, width = image.shape[1:]
        top, left = (int(torch.randint(0, 2 * PADDING + 1, ())) for _ in range(2))
        image = nn.functional.pad(image, (PADDING,) * 4)[:, top : top + height, left : left + width]
        return (image.flip(-1) if torch.rand(()) < 0.5 else image), int(self.truth[row])


class Recipe(lightning.LightningModule):
    """The network and how it learns."""

    def __init__(self, net: nn.Module, *, most_steps: int, seconds: float) -> None:
        super().__init__()
        self.net, self.most_steps, self.seconds, self.started = net, most_steps, seconds, time.monotonic()

    def progress(self, step: int) -> float:
        """How far the cycle is, in [0, 1]."""
        return min(max(step / self.most_steps, (time.monotonic() - self.started) / self.seconds), 1.0)

    def training_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
        """The loss of a batch."""
        return nn.functional.cross_entropy(self.net(batch[0]), batch[1])

    def predict_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
        """Probabilities of a batch."""
        return self.net(batch[0]).softmax(1)

    def configure_optimizers(self) -> dict:
        """SGD in one cycle: up for the first 30 %, then down to zero, both as a cosine."""
        optimizer = torch.optim.SGD(self.parameters(), lr=LEARNING_RATE, momentum=0.9, weight_decay=WEIGHT_DECAY, nesterov=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: one_cycle(self.progress(step)))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def one_cycle(progress: float) -> float:
    """Share of the largest learning rate."""
    return 0.5 * (1 - math.cos(math.pi * (progress / WARM if progress < WARM else (1 - progress) / (1 - WARM))))


def seconds_an_image(net: nn.Module, given: Given) -> float:
    """Of the second of two small steps."""
    images = torch.rand(PROBE, given.train.shape[3], *given.train.shape[1:3])
    for _ in range(2):
        started = time.monotonic()
        net(images).square().mean().backward()
    return (time.monotonic() - started) / PROBE


def resnet(given: Given) -> str:
    """Choose the stem by the clock, train, answer."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    lightning.seed_everything(given.seed, verbose=False)
    channels = given.train.shape[3]
    for small_stem in (True, False):
        net = resnet18(channels, given.classes, small_stem=small_stem)
        an_image = seconds_an_image(net, given)
        seconds = given.seconds_left - RESERVE * given.budget - ANSWERING * an_image * len(given.sealed)
        if an_image * FEWEST_EPOCHS * len(given.train) < seconds:
            break
    scaled = given.train.reshape(-1, channels) / 255.0
    mean, deviation = (torch.tensor(value, dtype=torch.float32).reshape(-1, 1, 1) for value in (scaled.mean(0), scaled.std(0)))
    workers = len(os.sched_getaffinity(0))
    training = DataLoader(Images(given.train, given.truth, mean, deviation), BATCH, shuffle=True, drop_last=len(given.train) > BATCH, num_workers=workers)
    sealed = DataLoader(Images(given.sealed, None, mean, deviation), 256)
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False}
    seconds, most_steps = max(seconds, 1.0), MOST_EPOCHS * len(training)
    module = Recipe(net, most_steps=most_steps, seconds=seconds)
    trainer = lightning.Trainer(max_steps=most_steps, max_time={"seconds": seconds}, accelerator="cpu", **quiet)
    trainer.fit(module, training)
    given.save(torch.cat(trainer.predict(module, sealed)).numpy())
    return f"{'small' if small_stem else 'original'} stem, {trainer.global_step / len(training):.1f} epochs of at most {MOST_EPOCHS}"


if __name__ == "__main__":
    answer(resnet, distribution="lightning")
