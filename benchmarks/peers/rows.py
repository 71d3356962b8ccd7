"""Rows: what every system gets of a table, as Luthier's own split makes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from luthier.core.task import ColumnKind
from luthier.data import Dataset, Split, build_dataset, split_rows, typed_frame
from luthier.evaluate import Metric, metric_named

KINDS = {ColumnKind.CATEGORY: "category", ColumnKind.TEXT: "category", ColumnKind.DATETIME: "date"}
"What a column is to the peers; all others are numbers."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """One table, divided."""

    table: Path
    target: str
    dataset: Dataset
    split: Split
    frame: pl.DataFrame
    "The typed frame of all rows."

    @classmethod
    def of(cls, table: Path, target: str, *, seed: int) -> Rows:
        """Divide a table as `luthier fit` with this seed does."""
        dataset = build_dataset(table, target=target)
        return cls(table=table, target=target, dataset=dataset, split=split_rows(dataset, seed=seed), frame=typed_frame(dataset.frame, dataset.schema))

    @property
    def metric(self) -> Metric:
        """Log-loss or RMSE."""
        return metric_named(self.dataset.task.metric, self.dataset.task.kind)

    @property
    def sealed_truth(self) -> np.ndarray:
        """What the sealed rows really are: it never leaves this process."""
        return self.dataset.target[self.split.test]

    def write(self, folder: Path) -> None:
        """The files that `answer.py` reads: inputs of the training and of the sealed rows, the truth of the training rows, and facts."""
        task, inputs = self.dataset.task, self.dataset.schema.inputs
        numbers = [column.name for column in inputs if column.kind not in KINDS]
        frame = self.frame.with_columns(pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in numbers)
        frame = frame.select(column.name for column in inputs)
        frame[self.split.train].write_parquet(folder / "train.parquet")
        frame[self.split.test].write_parquet(folder / "sealed.parquet")
        np.save(folder / "truth.npy", self.dataset.target[self.split.train])
        kinds = {column.name: KINDS.get(column.kind, "number") for column in inputs}
        facts = {"task": task.kind.value, "classes": len(task.classes), "columns": kinds}
        (folder / "facts.json").write_text(json.dumps(facts))
