"""Images as material: what networks, the finished graph and the baselines see of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import torch

from luthier.bundle import Bundle, Calibration, ImageTraits, Stack, build_image_graph, image_profile, stored_tensors
from luthier.core.clock import Deadline
from luthier.core.findings import Event
from luthier.core.seeds import numpy_rng
from luthier.core.task import Column, ColumnKind, PixelShape, Schema
from luthier.data import Split
from luthier.data.images import ImageSet, squares
from luthier.evaluate import Importance, Metric
from luthier.fit import FoldTensors, fold_tensors, free_memory_bytes
from luthier.workflows.baseline_rows import BaselineRows

BASELINE_ROWS = 10_000
"Training images that the baselines learn from at most."
BASELINE_SIDE = 14
"Baselines see an image as a square of so many pixels, each the mean of those that it covers."
BASELINE_SECONDS, SECONDS_A_SEALED_IMAGE = 4.0, 1e-3
TRAITS_ROWS = 64
"Images that are read and measured at one time, for a monitor to compare later ones with."
DEVICE_SHARE = 0.25
"Share of a GPU's free memory that the images may take; else they stay in the memory of the machine."


class ImageMaterial:
    """The pixels of images: the same for all folds, since every network standardizes them by its own training rows."""

    large = None
    "Images of any number are mapped from the cache: there is no sample."

    def __init__(self, images: ImageSet, split: Split, *, seed: int) -> None:
        self.images, self.split, self.seed = images, split, seed

    @property
    def shape(self) -> PixelShape:
        """What an image looks like to a network."""
        return self.images.shape

    @property
    def judging_seconds(self) -> float:
        """What the baselines and the judging take, about: measured on two cores."""
        return BASELINE_SECONDS + len(self.split.test) * SECONDS_A_SEALED_IMAGE

    @property
    def events(self) -> tuple[Event, ...]:
        """What was decided for the baselines."""
        rows = len(self.split.train)
        if rows <= BASELINE_ROWS:
            return ()
        return (Event(name="baselines-on-a-sample", what=f"The baselines learned from {BASELINE_ROWS:,} of the {rows:,} training images, drawn at random."),)

    def fold_data(self, folds: int, device: torch.device) -> FoldTensors:
        """All images, and which of them train and judge the networks of the first folds; what the sealed ones show is blanked."""
        dataset, split = self.images.dataset, self.split
        truth = dataset.target.copy()
        truth[split.test] = 0
        return fold_tensors(
            kind=dataset.task.kind,
            shape=self.shape,
            outputs=dataset.task.outputs,
            inputs=[(self._mapped(device).permute(0, 3, 1, 2),)],
            truth=truth,
            folds=[(fold.train, fold.validation) for fold in split.folds[:folds]],
            device=device,
        )

    def _mapped(self, device: torch.device) -> torch.Tensor:
        """The pixels as a tensor [rows, height, width, channel] over the file, on the device where they leave it enough room."""
        pixels = self.images.pixels
        if isinstance(pixels, np.memmap):  # torch wants to be able to write: what it would write stays in this process
            pixels = np.memmap(str(pixels.filename), dtype=np.uint8, mode="c", shape=pixels.shape)
        mapped = torch.from_numpy(pixels if pixels.flags.writeable else pixels.copy())
        fits = device.type != "cpu" and mapped.nbytes < DEVICE_SHARE * free_memory_bytes(device)
        return mapped.to(device) if fits else mapped

    def graph(self, stacks: Sequence[Stack], calibration: Calibration) -> bytes:
        """The model.onnx of some networks: uint8 images of any size in, calibrated answers out."""
        return build_image_graph(self.images.dataset.task, self.shape, stacks, calibration)

    def stored(self, stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
        """Everything that was learned, by name."""
        return stored_tensors((), stacks)

    def outline(self) -> dict[str, Any]:
        """What the networks see of an image, as plain JSON."""
        return {"channels": self.shape.channels, "height": self.shape.height, "width": self.shape.width}

    def profile(self, predictions: np.ndarray) -> dict[str, Any]:
        """What the training images look like, to compare later ones with."""
        return image_profile(self.images.pixels, self.images.dataset.task, predictions, rows=self.split.train)

    def answers(self, bundle: Bundle) -> np.ndarray:
        """The finished model's predictions of the sealed images."""
        return bundle.predict_pixels(self.images.pixels, rows=self.split.test)

    def in_dataset(self, rows: np.ndarray) -> np.ndarray:
        """Places among the images: networks count all of them."""
        return rows

    def traits(self, rows: np.ndarray, graph: bytes) -> pl.DataFrame:
        """What a monitor compares of some images: their light, and how the finished model sees them."""
        measured, places = ImageTraits(graph), range(0, max(len(rows), 1), TRAITS_ROWS)
        return pl.concat([measured(self.images.pixels[rows[first : first + TRAITS_ROWS]]) for first in places])

    def single(self, place: int) -> np.ndarray:
        """One decoded image."""
        return self.images.pixels[place % len(self.images.pixels)]

    def for_baselines(self) -> BaselineRows:
        """A small square of each image, a column a pixel."""
        train = self.split.train
        chosen = np.sort(numpy_rng(self.seed, "baselines").permutation(len(train))[:BASELINE_ROWS])
        names = [f"pixel {place + 1}" for place in range(BASELINE_SIDE**2 * self.shape.channels)]
        columns = tuple(Column(name=name, kind=ColumnKind.NUMERIC, dtype="Float32") for name in names)
        frame = lambda rows: pl.DataFrame(squares(self.images.pixels, BASELINE_SIDE, rows=rows).reshape(len(rows), -1), schema=names)  # noqa: E731
        return BaselineRows(train=frame(train[chosen]), rows=chosen, sealed=frame(self.split.test), schema=Schema(columns=columns))

    def importance(self, bundle: Bundle, metric: Metric, *, seed: int, deadline: Deadline) -> Importance | None:
        """Pixels are no columns: the report shows where the networks look instead."""
        return None
