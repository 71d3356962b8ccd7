"""A made-up bundle for images: small convolutional networks that nobody trained."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from luthier.bundle import Calibration, Contents, Manifest, Resizer, Stack, build_image_graph, stored_tensors, write_bundle
from luthier.core.task import Column, ColumnKind, PixelShape, Schema, Task, TaskKind
from luthier.evaluate import apply_temperature
from tests.bundle.made_up import RECIPE

GRAY, COLOR = PixelShape(channels=1, height=12, width=10), PixelShape(channels=3, height=12, width=10)
PRODUCTS = Task(kind=TaskKind.MULTICLASS, target="class", classes=("bag", "coat", "shoe"), metric="log_loss")
PRICE = Task(kind=TaskKind.REGRESSION, target="price", target_dtype="Float64", metric="rmse")
IMAGES = Schema(columns=(Column(name="image", kind=ColumnKind.IMAGE, dtype="String"),))
RULE = Calibration(temperature=1.7, set_threshold=0.3, interval_half_widths=(2.0,))


class SmallConvNet(nn.Module):
    """Statistics of the pixels and frozen filters in buffers, BatchNorm with and without weights, mirrored images: all that an export may get wrong."""

    def __init__(self, shape: PixelShape, task: Task) -> None:
        super().__init__()
        self.classifies = task.kind.is_classification
        self.register_buffer("mean", torch.rand(shape.channels))
        self.register_buffer("filters", torch.randn(6, shape.channels, 2, 2))
        self.first, self.second = nn.Conv2d(6, 8, 3, padding=1, bias=False), nn.Conv2d(8, 8, 3, padding=1)
        self.norm, self.plain_norm = nn.BatchNorm2d(8), nn.BatchNorm2d(8, affine=False)
        self.last = nn.Linear(8, task.outputs)
        for norm in (self.norm, self.plain_norm):
            norm.running_mean, norm.running_var = torch.randn(8), torch.rand(8) + 0.5

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        levels = pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels
        answers = (self._answers(levels) + self._answers(levels.flip(-1))) / 2
        return answers.softmax(dim=1) if self.classifies else 10 * answers

    def _answers(self, levels: torch.Tensor) -> torch.Tensor:
        seen = F.conv2d(levels - self.mean[:, None, None], self.filters)
        seen = F.gelu(self.norm(F.max_pool2d(self.first(seen), 2)))
        return self.last(self.plain_norm(self.second(seen)).amax(dim=(2, 3)))


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpImages:
    """A bundle and what it was made of."""

    folder: Path
    manifest: Manifest
    graph: bytes
    networks: tuple[nn.Module, ...]
    shape: PixelShape

    def answers(self, images: list[np.ndarray]) -> np.ndarray:
        """What the networks say to uint8 images [height, width, channels], computed by torch and NumPy."""
        resizer = Resizer(self.shape)
        pixels = torch.from_numpy(np.stack([resizer(image) for image in images])).permute(0, 3, 1, 2)
        with torch.no_grad():
            first, second = (network(pixels).double().numpy() for network in self.networks)
        mean = 0.25 * first + 0.75 * second
        return apply_temperature(mean, RULE.temperature) if self.manifest.task.kind.is_classification else mean[:, 0]


def make_image_bundle(folder: Path, task: Task, shape: PixelShape) -> MadeUpImages:
    """One stack of two members."""
    networks, stack, graph = _exported(task, shape)
    recipes = ({"recipe": RECIPE.to_json(), "folds": [0, 1], "weights": [0.25, 0.75]},)
    manifest = Manifest(task=task, schema=IMAGES, calibration=RULE, recipes=recipes, scores={}, provenance={"Seed": "0"}, files={}, pixels=shape)
    page = "<!doctype html><title>made up</title>"
    contents = Contents(graph=graph, tensors=stored_tensors((), [stack]), layout={}, profile={}, report={}, page=page, card="# Made up\n")
    return MadeUpImages(folder=folder, manifest=write_bundle(folder, manifest, contents), graph=graph, networks=networks, shape=shape)


@cache
def _exported(task: Task, shape: PixelShape) -> tuple[tuple[nn.Module, ...], Stack, bytes]:
    """An export takes a second: it is done once."""
    torch.manual_seed(0)
    networks = tuple(SmallConvNet(shape, task).eval() for _ in range(2))
    states = [network.state_dict() for network in networks]
    tensors = {name: torch.stack([state[name] for state in states]).numpy() for name in states[0]}
    stack = Stack(recipe=RECIPE, network=networks[0], tensors=tensors, folds=(0, 1), weights=(0.25, 0.75))
    return networks, stack, build_image_graph(task, shape, [stack], RULE)


def some_images(count: int, *, channels: int, height: int = 20, width: int = 30, seed: int = 0) -> list[np.ndarray]:
    """Smooth random images of one size."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 4, 5, channels), dtype=np.uint8)
    smooth = Resizer(PixelShape(channels=channels, height=height, width=width))
    return [smooth(image) for image in coarse]
