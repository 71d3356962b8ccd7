"""Bundle: a saved model, ready to predict with onnxruntime alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from luthier.bundle.inputs import onnx_inputs
from luthier.bundle.manifest import MODEL, WEIGHTS, Manifest, read_manifest, verified_files
from luthier.bundle.session import Session
from luthier.bundle.single_row import as_single_row, is_row, row_inputs
from luthier.bundle.weights import with_weights
from luthier.core.errors import SettingInvalid
from luthier.core.task import Schema, Task
from luthier.data.read import Source, read_table
from luthier.data.typed import typed_frame

_NUMBER_TYPES = {str(dtype): dtype for dtype in (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Float32, pl.Float64)}
"Types in which numeric classes are given back; all other classes are text, or true and false."


class Bundle:
    """A model on disk: `Bundle.load(path).predict(rows)`.

    Rows are anything that `fit` reads: a file, a pandas or Polars frame, a mapping from column to values; or one row, a mapping
    from column to value. Columns may come in any order, and columns that the model does not know are ignored. Row order is kept.
    """

    def __init__(self, manifest: Manifest, session: Session, path: Path | None = None) -> None:
        self.manifest, self.path, self._session = manifest, path, session

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

    def predict(self, rows: Source) -> np.ndarray:
        """Classes, or numbers, in the target's own type, [rows]."""
        values = self._session.run(self._inputs(rows), 1 if self.task.kind.is_classification else 0)
        return self._in_own_type(values).to_numpy()

    def predict_proba(self, rows: Source) -> np.ndarray:
        """Calibrated probabilities [rows, classes], in the order of `task.classes`."""
        self._require(classification=True, what="Probabilities")
        return _adding_up_to_one(self._session.run(self._inputs(rows), 0))

    def predict_interval(self, rows: Source) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the intervals that hold the truth with the promised probability, each [rows]."""
        self._require(classification=False, what="Intervals")
        _, lower, upper = self._session.run_all(self._inputs(rows))
        return lower.astype(np.float64), upper.astype(np.float64)

    def predict_set(self, rows: Source) -> np.ndarray:
        """Which classes belong to each row's prediction set, [rows, classes]; the most probable one always does."""
        probabilities = self.predict_proba(rows)
        threshold = self.manifest.calibration.set_threshold
        sets: np.ndarray = probabilities >= (0.0 if threshold is None else threshold)
        sets[np.arange(len(sets)), probabilities.argmax(axis=1)] = True
        return sets

    def predict_frame(self, rows: Source, *, proba: bool = False) -> pl.DataFrame:
        """The columns of `luthier predict`: `prediction`, and `proba_<class>` where asked for; `lower` and `upper` of a regression."""
        outputs = self._session.run_all(self._inputs(rows))
        if not self.task.kind.is_classification:
            return pl.DataFrame(dict(zip(("prediction", "lower", "upper"), (values.astype(np.float64) for values in outputs), strict=True)))
        columns = [self._in_own_type(outputs[1]).alias("prediction")]
        if proba:
            probabilities = _adding_up_to_one(outputs[0])
            columns += [pl.Series(f"proba_{name}", probabilities[:, place]) for place, name in enumerate(self.task.classes)]
        return pl.DataFrame(columns)

    def predict_typed(self, frame: pl.DataFrame) -> np.ndarray:
        """Probabilities [rows, classes] or numbers [rows] for a frame that `data.typed_frame` made."""
        return self._session.run(onnx_inputs(frame, self.schema), 0).astype(np.float64)

    def _inputs(self, rows: Source) -> Mapping[str, np.ndarray]:
        row = as_single_row(rows)
        inputs = row_inputs(row, self.schema) if row is not None else None
        if inputs is not None:
            return inputs
        table = {name: [value] for name, value in rows.items()} if is_row(rows) else rows
        return onnx_inputs(typed_frame(read_table(table), self.schema), self.schema)

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


def _adding_up_to_one(probabilities: np.ndarray) -> np.ndarray:
    """In double precision, in which single precision's rounding would show."""
    values = probabilities.astype(np.float64)
    normalized: np.ndarray = values / values.sum(axis=1, keepdims=True)
    return normalized
