"""Bundle: a saved model, ready to predict with onnxruntime alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl
from jaxtyping import Int, UInt8

from luthier.bundle.answerer import Answerer, adding_up_to_one
from luthier.bundle.image_rows import BLOCK_ROWS, ImageReader
from luthier.bundle.image_traits import ImageTraits
from luthier.bundle.inputs import onnx_inputs
from luthier.bundle.manifest import MODEL, WEIGHTS, Manifest, read_manifest, verified_file, verified_files
from luthier.bundle.reference import REFERENCE, read_reference
from luthier.bundle.resize import IMAGE
from luthier.bundle.session import Feed, Session
from luthier.bundle.table_rows import TableReader
from luthier.bundle.weights import with_weights
from luthier.core.errors import SettingInvalid
from luthier.core.task import Schema, Task

_NUMBER_TYPES = {str(dtype): dtype for dtype in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64)}
"Types in which numeric classes are given back; all other classes are text, or true and false."


class Rows(Protocol):
    """What a model is asked about."""

    @property
    def names(self) -> tuple[pl.Series, ...]:
        """Columns that say which row is which, where their order alone does not."""

    def answer(self, session: Session, output: int) -> np.ndarray:
        """One output of the graph, rows first."""

    def answers(self, session: Session) -> tuple[np.ndarray, ...]:
        """All outputs of the graph."""


class Bundle:
    """A model on disk: `Bundle.load(path).predict(rows)`.

    Of a model of tables, rows are anything that `fit` reads: a file, a pandas or Polars frame, a mapping from column to values; or
    one row, a mapping from column to value. Columns may come in any order, and columns that the model does not know are ignored.

    Of a model of images, rows are a folder (every image below it, in the order of their names), an image file, encoded bytes, a
    Pillow image, a uint8 array [height, width] or [height, width, channels], a list of these, a uint8 array of many [rows, height,
    width, channels], or a table with a column of paths or bytes. Images may have any size; gray is given to a model of color images
    and color to one of gray.

    Row order is kept.
    """

    def __init__(self, manifest: Manifest, session: Session, path: Path | None = None) -> None:
        self.manifest, self.path, self._session = manifest, path, session
        self._read: Callable[[Any], Rows] = TableReader(manifest.schema) if manifest.pixels is None else ImageReader(manifest.pixels)

    @classmethod
    def load(cls, path: str | Path) -> Bundle:
        """Read a bundle; every file is compared with its hash first, and nothing outside the folder is opened.

        Raises:
            BundleMissing, BundleDamaged, BundleTooNew: it cannot be used.
        """
        folder = Path(path)
        manifest = read_manifest(folder)
        files = verified_files(folder, manifest)
        return cls(manifest, Session(with_weights(files[MODEL], files[WEIGHTS])), folder)

    @property
    def task(self) -> Task:
        """What is predicted."""
        return self.manifest.task

    @property
    def schema(self) -> Schema:
        """The columns that the model was fitted on."""
        return self.manifest.schema

    def reference(self) -> pl.DataFrame | None:
        """Rows that the fit saw, with their role, their truth and what was answered; None where it kept none.

        Raises:
            BundleError: the file is missing or not the one that was written.
        """
        if self.path is None or REFERENCE not in self.manifest.files:
            return None
        return read_reference(verified_file(self.path, self.manifest, REFERENCE))

    def image_traits(self) -> ImageTraits:
        """What measures images as the rows of `reference` were measured."""
        assert self.path is not None, "a model that was loaded from its folder"
        model, weights = (verified_file(self.path, self.manifest, name) for name in (MODEL, WEIGHTS))
        return ImageTraits(with_weights(model, weights))

    def answerer(self) -> Answerer:
        """The model as a service asks it: many small questions, without a table in between."""
        classes = self.task.classes
        return Answerer(self.manifest, self._session, dict(zip(classes, self._in_own_type(np.array(classes, dtype=object)).to_list(), strict=True)))

    @property
    def rows_called(self) -> str:
        """What people call what it answers: `rows` of a table, or `images`."""
        return "rows" if self.manifest.pixels is None else "images"

    def predict(self, rows: Any) -> np.ndarray:
        """Classes, or numbers, in the target's own type, [rows]."""
        values = self._read(rows).answer(self._session, 1 if self.task.kind.is_classification else 0)
        return self._in_own_type(values).to_numpy()

    def predict_proba(self, rows: Any) -> np.ndarray:
        """Calibrated probabilities [rows, classes], in the order of `task.classes`."""
        self._require(classification=True, what="Probabilities")
        return adding_up_to_one(self._read(rows).answer(self._session, 0))

    def predict_interval(self, rows: Any) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the intervals that hold the truth with the promised probability, each [rows]."""
        self._require(classification=False, what="Intervals")
        _, lower, upper = self._read(rows).answers(self._session)
        return lower.astype(np.float64), upper.astype(np.float64)

    def predict_set(self, rows: Any) -> np.ndarray:
        """Which classes belong to each row's prediction set, [rows, classes]; the most probable one always does."""
        probabilities = self.predict_proba(rows)
        threshold = self.manifest.calibration.set_threshold
        sets: np.ndarray = probabilities >= (0.0 if threshold is None else threshold)
        sets[np.arange(len(sets)), probabilities.argmax(axis=1)] = True
        return sets

    def predict_frame(self, rows: Any, *, proba: bool = False) -> pl.DataFrame:
        """The columns of `luthier predict`.

        `image` (the name of each, of a model of images), `prediction`, and `proba_<class>` where asked for; `lower` and `upper` of a regression.
        """
        read = self._read(rows)
        outputs = read.answers(self._session)
        if not self.task.kind.is_classification:
            numbers = zip(("prediction", "lower", "upper"), outputs, strict=True)
            return pl.DataFrame([*read.names, *(pl.Series(name, values.astype(np.float64)) for name, values in numbers)])
        columns = [*read.names, self._in_own_type(outputs[1]).alias("prediction")]
        if proba:
            probabilities = adding_up_to_one(outputs[0])
            columns += [pl.Series(f"proba_{name}", probabilities[:, place]) for place, name in enumerate(self.task.classes)]
        return pl.DataFrame(columns)

    def predict_typed(self, frame: pl.DataFrame) -> np.ndarray:
        """Probabilities [rows, classes] or numbers [rows] for a frame that `data.typed_frame` made."""
        return self._session.run(onnx_inputs(frame, self.schema), 0).astype(np.float64)

    def predict_pixels(self, pixels: UInt8[np.ndarray, "rows height width channel"], *, rows: Int[np.ndarray, " kept"] | None = None) -> np.ndarray:
        """Probabilities [kept, classes] or numbers [kept] for images that were decoded, such as those of a pixel cache, which may be larger than memory.

        Args:
            rows: of which images, in this order; None is all.
        """
        chosen = np.arange(len(pixels)) if rows is None else rows
        if not len(chosen):
            return self._session.run({IMAGE: pixels[:0]}, 0).astype(np.float64)
        blocks = [partial(_feed, pixels, chosen[first : first + BLOCK_ROWS]) for first in range(0, len(chosen), BLOCK_ROWS)]
        return self._session.run_blocks(blocks)[0].astype(np.float64)

    def _in_own_type(self, values: np.ndarray) -> pl.Series:
        if not self.task.kind.is_classification:
            return pl.Series(values.astype(np.float64))
        names = pl.Series(values.tolist(), dtype=pl.String)
        if self.task.target_dtype == "Boolean":
            return names == "true"
        return names.cast(_NUMBER_TYPES.get(self.task.target_dtype, pl.String))

    def _require(self, *, classification: bool, what: str) -> None:
        if self.task.kind.is_classification is not classification:
            wanted = "a classification" if classification else "a regression"
            raise SettingInvalid(f"{what} need {wanted}, but this model predicts {self.task.target!r}, a {self.task.kind} task.")


def _feed(pixels: np.ndarray, rows: np.ndarray) -> Feed:
    return {IMAGE: pixels[rows]}
