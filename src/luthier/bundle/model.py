"""Bundle: a saved model, ready to predict with onnxruntime alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from luthier.bundle.inputs import onnx_inputs
from luthier.bundle.manifest import Manifest, read_manifest, verify_files
from luthier.bundle.session import Session
from luthier.core.errors import SettingInvalid
from luthier.core.task import Schema, Task
from luthier.data.read import Source, read_table
from luthier.data.typed import typed_frame

MODEL = "model.onnx"


class Bundle:
    """A model on disk: `Bundle.load(path).predict(rows)`.

    Rows are anything that `fit` reads: a file, a pandas or Polars frame, a mapping from column to values. Columns may come in
    any order, and columns that the model does not know are ignored. Row order is kept.
    """

    def __init__(self, manifest: Manifest, session: Session, path: Path | None = None) -> None:
        self.manifest, self.path, self._session = manifest, path, session

    @classmethod
    def load(cls, path: str | Path) -> Bundle:
        """Read a bundle; every file is compared with its hash first.

        Raises:
            BundleMissing, BundleDamaged, BundleTooNew: it cannot be used.
        """
        folder = Path(path)
        manifest = read_manifest(folder)
        verify_files(folder, manifest)
        return cls(manifest, Session((folder / MODEL).read_bytes()), folder)

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
        return self._in_own_type(self._run(rows, 1 if self.task.kind.is_classification else 0))

    def predict_proba(self, rows: Source) -> np.ndarray:
        """Calibrated probabilities [rows, classes], in the order of `task.classes`."""
        self._require(classification=True, what="Probabilities")
        probabilities = self._run(rows, 0).astype(np.float64)
        return probabilities / probabilities.sum(axis=1, keepdims=True)

    def predict_interval(self, rows: Source) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper ends of the intervals that hold the truth with the promised probability, each [rows]."""
        self._require(classification=False, what="Intervals")
        _, lower, upper = self._run_all(rows)
        return lower.astype(np.float64), upper.astype(np.float64)

    def predict_set(self, rows: Source) -> np.ndarray:
        """Which classes belong to each row's prediction set, [rows, classes]; the most probable one always does."""
        probabilities = self.predict_proba(rows)
        threshold = self.manifest.calibration.set_threshold
        sets = probabilities >= (0.0 if threshold is None else threshold)
        if len(sets):
            sets[np.arange(len(sets)), probabilities.argmax(axis=1)] = True
        return sets

    def predict_frame(self, rows: Source, *, proba: bool = False) -> pl.DataFrame:
        """The columns of `luthier predict`: `prediction`, and `proba_<class>` where asked for; `lower` and `upper` of a regression."""
        outputs = self._run_all(rows)
        if not self.task.kind.is_classification:
            return pl.DataFrame(dict(zip(("prediction", "lower", "upper"), (values.astype(np.float64) for values in outputs), strict=True)))
        probabilities, labels = outputs
        columns: dict[str, Any] = {"prediction": self._in_own_type(labels)}
        if proba:
            columns |= {f"proba_{name}": probabilities[:, place].astype(np.float64) for place, name in enumerate(self.task.classes)}
        return pl.DataFrame(columns)

    def predict_typed(self, frame: pl.DataFrame) -> np.ndarray:
        """Probabilities [rows, classes] or numbers [rows] for a frame that `data.typed_frame` made."""
        return self._session.run(onnx_inputs(frame, self.schema), 0).astype(np.float64)

    def _run(self, rows: Source, output: int) -> np.ndarray:
        return self._session.run(self._inputs(rows), output)

    def _run_all(self, rows: Source) -> tuple[np.ndarray, ...]:
        return self._session.run_all(self._inputs(rows))

    def _inputs(self, rows: Source) -> Mapping[str, np.ndarray]:
        return onnx_inputs(typed_frame(read_table(rows), self.schema), self.schema)

    def _in_own_type(self, values: np.ndarray) -> np.ndarray:
        if not self.task.kind.is_classification:
            return values.astype(np.float64)
        names = pl.Series(values, dtype=pl.String)
        dtype = getattr(pl, self.task.target_dtype, pl.String)
        if dtype == pl.Boolean:
            return (names == "true").to_numpy()
        return names.to_numpy() if dtype == pl.String else names.cast(dtype).to_numpy()

    def _require(self, *, classification: bool, what: str) -> None:
        if self.task.kind.is_classification is not classification:
            wanted = "a classification" if classification else "a regression"
            raise SettingInvalid(f"{what} need {wanted}, but this model predicts {self.task.target!r}, a {self.task.kind} task.")
