"""Features of images as material: what a frozen backbone made of every image, computed once; the networks are heads over them."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import polars as pl
import torch
from torch import nn

from luthier.bundle import Bundle, Calibration, Stack, stored_tensors
from luthier.bundle.build import FrozenBackbone, build_feature_graph
from luthier.core.clock import Deadline
from luthier.core.findings import Event
from luthier.core.listener import Listener
from luthier.core.task import InputShape
from luthier.data import Split
from luthier.data.images import ImageSet, cache_folder
from luthier.evaluate import Importance, Metric
from luthier.fit import FoldTensors, fold_tensors, free_memory_bytes
from luthier.nets.images.backbones.feature_net import OverPixels
from luthier.workflows.baseline_rows import BaselineRows
from luthier.workflows.feature_cache import KeptFeatures, feature_key, kept_features
from luthier.workflows.feature_extraction import FeatureExtractor, features_in_blocks
from luthier.workflows.image_material import ImageMaterial

FORMAT = 1
"Raised when the same backbone would make other features of the same pixels."
MEMORY_SHARE = 0.2
"Share of the free memory that standardized features may take; else they lie in a file."
EXPORT_SECONDS = 6.0
"For the graph of the backbone."
SMALLEST_DEVIATION = 0.02
"Times the median of all: a feature that moves less is not blown up further."
ROWS_A_PART = 4096


class FeatureMaterial:
    """The features of images, standardized by the training images; the graph makes them of pixels in the same way."""

    large = None
    "Features of any number are mapped: there is no sample."

    def __init__(self, pixels: ImageMaterial, extractor: FeatureExtractor, kept: KeptFeatures) -> None:
        self.pixels, self.extractor, self.kept = pixels, extractor, kept
        mean, deviation = _statistics(kept.values, pixels.split.train)
        self.values, self.on_disk = _standardized(kept, mean, deviation)
        "Float32 [rows, features], and True where they lie in a file because memory is short."
        extractor.net.cpu()
        extractor.net.feature_mean.copy_(torch.from_numpy(mean))
        extractor.net.feature_deviation.copy_(torch.from_numpy(deviation))

    @classmethod
    def computed(cls, pixels: ImageMaterial, extractor: FeatureExtractor, *, device: torch.device, deadline: Deadline, listener: Listener) -> FeatureMaterial:
        """The features of all images, from the cache if they are there.

        Raises:
            BudgetTooSmall: computing them leaves no time for an honest answer.
        """
        images, settings = pixels.images, extractor.choice.settings
        key = feature_key(
            FORMAT,
            images.digest,
            images.shape,
            settings["architecture"],
            settings["digest"],
            extractor.net.mirror,
            device.type,
            onnxruntime.__version__,
            torch.__version__,
        )
        kept = kept_features(
            images.cache_path.parent if images.cache_path is not None else cache_folder(),
            key,
            rows=len(images.pixels),
            width=extractor.net.count,
            compute=lambda: features_in_blocks(extractor.answer(device), images.pixels, deadline=deadline, listener=listener),
        )
        return cls(pixels, extractor, kept)

    @property
    def images(self) -> ImageSet:
        """What the features were made of."""
        return self.pixels.images

    @property
    def split(self) -> Split:
        """Which images train and which are sealed."""
        return self.pixels.split

    @property
    def shape(self) -> InputShape:
        """What an image looks like to a head."""
        return InputShape(numbers=self.values.shape[1])

    @property
    def judging_seconds(self) -> float:
        """What the export, the baselines and the judging take, about: the sealed images go through the backbone again."""
        return self.pixels.judging_seconds + EXPORT_SECONDS + self.kept.seconds * len(self.split.test) / max(len(self.values), 1)

    @property
    def told(self) -> str:
        """What was computed, in one sentence."""
        what = f"Features of {self.extractor.architecture}, {self.values.shape[1]:,} numbers an image"
        return f"{what}, computed once in {self.kept.seconds:.0f} s." if self.kept.computed else f"{what}, as an earlier fit computed them."

    @property
    def events(self) -> tuple[Event, ...]:
        """What was computed, and where it lies."""
        place = f" They lie in {str(self.kept.path)!r} ({self.kept.values.nbytes:,} bytes)." if self.kept.path is not None else " They are held in memory."
        return (*self.pixels.events, Event(name="backbone-features", what=self.told + place))

    def fold_data(self, folds: int, device: torch.device) -> FoldTensors:
        """The features of all images, and which of them train and judge the heads of the first folds; what the sealed ones show is blanked."""
        dataset, split = self.images.dataset, self.split
        truth = dataset.target.copy()
        truth[split.test] = 0
        features = torch.from_numpy(self.values)
        fits = device.type != "cpu" and features.nbytes < MEMORY_SHARE * free_memory_bytes(device)
        return fold_tensors(
            kind=dataset.task.kind,
            shape=self.shape,
            outputs=dataset.task.outputs,
            inputs=[(features.to(device) if fits else features, torch.zeros(len(features), 0, dtype=torch.long))],
            truth=truth,
            folds=[(fold.train, fold.validation) for fold in split.folds[:folds]],
            device=device,
        )

    def over_pixels(self, head: nn.Module) -> nn.Module:
        """A head as a network that sees the images themselves."""
        return OverPixels(self.extractor.net, head)

    def graph(self, stacks: Sequence[Stack], calibration: Calibration) -> bytes:
        """The model.onnx of some heads: uint8 images of any size in, calibrated answers out."""
        backbone = FrozenBackbone(model=self.extractor.model, tensors=self.extractor.tensors, features=self.values.shape[1])
        return build_feature_graph(self.images.dataset.task, self.images.shape, backbone, stacks, calibration)

    def stored(self, stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
        """Everything that was learned, by name, and the backbone's weights once: `backbone/...`."""
        return stored_tensors((), stacks) | {f"backbone/{name}": np.ascontiguousarray(array) for name, array in self.extractor.tensors.items()}

    def outline(self) -> dict[str, Any]:
        """What the networks see of an image, as plain JSON."""
        settings = self.extractor.choice.settings
        backbone = {"architecture": settings["architecture"], "digest": settings["digest"], "mirror": self.extractor.net.mirror}
        return {**self.pixels.outline(), "features": self.values.shape[1], "backbone": backbone}

    def profile(self, predictions: np.ndarray) -> dict[str, Any]:
        """What the training images look like, to compare later ones with."""
        return self.pixels.profile(predictions)

    def answers(self, bundle: Bundle) -> np.ndarray:
        """The finished model's predictions of the sealed images."""
        return self.pixels.answers(bundle)

    def in_dataset(self, rows: np.ndarray) -> np.ndarray:
        """Places among the images: networks count all of them."""
        return self.pixels.in_dataset(rows)

    def traits(self, rows: np.ndarray, graph: bytes) -> pl.DataFrame:
        """What a monitor compares of some images: their light, and how the finished model sees them."""
        return self.pixels.traits(rows, graph)

    def single(self, place: int) -> np.ndarray:
        """One decoded image."""
        return self.pixels.single(place)

    def for_baselines(self) -> BaselineRows:
        """A small square of each image, a column a pixel."""
        return self.pixels.for_baselines()

    def importance(self, bundle: Bundle, metric: Metric, *, seed: int, deadline: Deadline) -> Importance | None:
        """Features are no columns: the report shows where the networks look instead."""
        return None


def _statistics(values: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation of every feature over the training images."""
    sums, squares = np.zeros((2, values.shape[1]))
    parts = [train[first : first + ROWS_A_PART] for first in range(0, len(train), ROWS_A_PART)]
    for part in parts:
        sums += values[part].sum(axis=0, dtype=np.float64)
    mean = sums / len(train)
    for part in parts:
        squares += np.square(values[part] - mean).sum(axis=0)
    deviation = np.sqrt(squares / len(train))
    moving = deviation[deviation > 0]
    least = SMALLEST_DEVIATION * np.median(moving) if len(moving) else 1.0
    return mean.astype(np.float32), np.maximum(deviation, least).astype(np.float32)


def _standardized(kept: KeptFeatures, mean: np.ndarray, deviation: np.ndarray) -> tuple[np.ndarray, bool]:
    """All features by their statistics, and whether they lie in a file, which has no name and is gone when nobody maps it."""
    values = kept.values
    on_disk = values.nbytes > MEMORY_SHARE * free_memory_bytes(torch.device("cpu"))
    made = _unnamed_file(values.shape, kept.path) if on_disk else np.empty(values.shape, dtype=np.float32)
    for first in range(0, len(values), ROWS_A_PART):
        made[first : first + ROWS_A_PART] = (values[first : first + ROWS_A_PART] - mean) / deviation
    return made, on_disk


def _unnamed_file(shape: tuple[int, ...], beside: Path | None) -> np.ndarray:
    with tempfile.TemporaryFile(dir=beside.parent if beside is not None else None) as file:
        return np.memmap(file, dtype=np.float32, mode="w+", shape=shape)
