"""A table as material: what networks, the finished graph and the baselines see of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import torch

from luthier.bundle import Bundle, Calibration, Stack, build_graph, reference_profile, stored_tensors
from luthier.core.clock import Deadline
from luthier.core.findings import Event
from luthier.core.task import InputShape
from luthier.data import Dataset, Encoding, Layout, Split, fit_encodings, fit_layout, layout_events, typed_frame
from luthier.data.large import LargeTable
from luthier.evaluate import Importance, Metric, permutation_importance
from luthier.fit import FoldTensors, fold_tensors
from luthier.workflows.baseline_rows import BaselineRows
from luthier.workflows.streaming import with_streams

SECONDS_A_CELL = 4e-6
"Of the table, and class where there are several: baselines and importance."


class TableMaterial:
    """The rows of a table: encoded with each fold's own statistics, which the graph repeats."""

    def __init__(self, dataset: Dataset, split: Split, *, large: LargeTable | None = None) -> None:
        self.dataset, self.split, self.large = dataset, split, large
        self.frame = typed_frame(dataset.frame, dataset.schema)
        self._layout: Layout | None = None
        self._encodings: list[Encoding] = []

    @property
    def layout(self) -> Layout:
        """What the columns become; fitted on the training rows alone."""
        if self._layout is None:
            self._layout = fit_layout(self.frame[self.split.train], self.dataset.schema)
        return self._layout

    @property
    def encodings(self) -> tuple[Encoding, ...]:
        """One for each fold that was asked for."""
        return tuple(self._encodings)

    @property
    def events(self) -> tuple[Event, ...]:
        """What was left out or capped when the columns were laid out."""
        return tuple(layout_events(self.frame[self.split.train], self.dataset.schema, self.layout))

    @property
    def shape(self) -> InputShape:
        """What a row looks like to a network."""
        return self.layout.input_shape

    @property
    def judging_seconds(self) -> float:
        """What the baselines and the judging take, about: measured on two cores."""
        outputs = self.dataset.task.outputs
        return self.dataset.rows * len(self.dataset.schema.inputs) * (outputs if outputs > 2 else 1) * SECONDS_A_CELL

    def fold_data(self, folds: int, device: torch.device) -> FoldTensors:
        """The training rows as the networks of the first folds learn from them; the sealed ones are left out."""
        self._encodings += fit_encodings(self.frame, self.layout, self.split.folds[len(self._encodings) : folds])
        rows = self.frame[self.split.train]
        inputs = (encoding.encode(rows) for encoding in self._encodings[:folds])
        return fold_tensors(
            kind=self.dataset.task.kind,
            shape=self.shape,
            outputs=self.dataset.task.outputs,
            inputs=[(one.numbers, one.codes) for one in inputs],
            truth=self.dataset.target[self.split.train],
            folds=self.split.within_training(folds),
            device=device,
        )

    def on_all_rows(self, data: FoldTensors, *, seed: int) -> tuple[FoldTensors, Event]:
        """The same folds, learned from streams of the whole of a large table."""
        assert self.large is not None
        return with_streams(data, self.encodings, self.large, self.split, seed=seed)

    def graph(self, stacks: Sequence[Stack], calibration: Calibration) -> bytes:
        """The model.onnx of some networks: raw columns in, calibrated answers out."""
        return build_graph(self.dataset.task, self.dataset.schema, self.encodings, stacks, calibration)

    def stored(self, stacks: Sequence[Stack]) -> dict[str, np.ndarray]:
        """Everything that was learned, by name."""
        return stored_tensors(self.encodings, stacks)

    def outline(self) -> dict[str, Any]:
        """How the columns are laid out, as plain JSON."""
        return self.layout.to_json()

    def profile(self, predictions: np.ndarray) -> dict[str, Any]:
        """What the training rows look like, to compare later ones with."""
        return reference_profile(self.frame[self.split.train], self.dataset.schema, self.dataset.task, predictions)

    def answers(self, bundle: Bundle) -> np.ndarray:
        """The finished model's predictions of the sealed rows."""
        return bundle.predict_typed(self.frame[self.split.test])

    def in_dataset(self, rows: np.ndarray) -> np.ndarray:
        """Places in the table of rows that are counted as networks count them: among the training rows."""
        return self.split.train[rows]

    def traits(self, rows: np.ndarray, graph: bytes) -> pl.DataFrame:
        """What a monitor compares of some rows: their columns."""
        return self.frame[rows]

    def single(self, place: int) -> pl.DataFrame:
        """One row, as a user would ask for it."""
        return self.dataset.frame[place % self.dataset.rows : place % self.dataset.rows + 1]

    def for_baselines(self) -> BaselineRows:
        """The columns themselves."""
        train, sealed = self.frame[self.split.train], self.frame[self.split.test]
        return BaselineRows(train=train, rows=np.arange(train.height), sealed=sealed, schema=self.dataset.schema)

    def importance(self, bundle: Bundle, metric: Metric, *, seed: int, deadline: Deadline) -> Importance | None:
        """How much worse the answers become when a column of the sealed rows is shuffled; None where no time is left."""
        if deadline.seconds_left <= 0:
            return None
        sealed = self.split.test
        return permutation_importance(bundle.predict_typed, self.frame[sealed], self.dataset.target[sealed], metric, seed=seed, deadline=deadline)
