"""Rows of a table, as a saved model is asked about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.bundle.inputs import onnx_inputs
from luthier.bundle.session import Session
from luthier.bundle.single_row import as_single_row, is_row, row_inputs
from luthier.core.task import Schema
from luthier.data.read import Source, read_table
from luthier.data.typed import typed_frame


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """Rows that were read, one array a column."""

    inputs: Mapping[str, np.ndarray]

    @property
    def names(self) -> tuple[pl.Series, ...]:
        """A table's rows have no names: they are known by their order."""
        return ()

    def answer(self, session: Session, output: int) -> np.ndarray:
        """One output of the graph."""
        return session.run(self.inputs, output)

    def answers(self, session: Session) -> tuple[np.ndarray, ...]:
        """All outputs of the graph."""
        return session.run_all(self.inputs)


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads what `Bundle.predict` is given, for a model of tables."""

    schema: Schema

    def __call__(self, rows: Source) -> TableRows:
        """The rows, each column in the type of its kind."""
        row = as_single_row(rows)
        inputs = row_inputs(row, self.schema) if row is not None else None
        if inputs is None:
            table = {name: [value] for name, value in rows.items()} if is_row(rows) else rows
            inputs = onnx_inputs(typed_frame(read_table(table), self.schema), self.schema)
        return TableRows(inputs)
