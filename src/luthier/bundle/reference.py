"""The reference: rows that the fit saw, kept so that a monitor can compare later ones with them."""

from __future__ import annotations

import io
from enum import StrEnum

import numpy as np
import polars as pl

from luthier.core.task import Task

REFERENCE = "reference.parquet"
"Its name in a bundle."
ROLE, TRUTH, PREDICTION, PROBABILITY = "__role", "__truth", "__prediction", "__proba_"
"Columns beside those of the rows themselves; of a probability, the class's name follows."


class Role(StrEnum):
    """What a row was to the fit."""

    TRAIN = "train"
    "It trained networks; its answer comes from those that had not seen it."
    SEALED = "sealed"
    "Nothing had seen it; its answer is the finished model's."


def reference_part(rows: pl.DataFrame, role: Role, task: Task, truth: np.ndarray, predictions: np.ndarray) -> pl.DataFrame:
    """Rows with their role, their truth and what was answered.

    Args:
        rows: the columns that a monitor compares.
        truth: places of classes, or numbers, [rows].
        predictions: probabilities [rows, classes], or numbers [rows].
    """
    classes = np.array(task.classes, dtype=object)
    known = pl.Series(TRUTH, classes[truth.astype(int)].tolist() if task.kind.is_classification else truth.astype(float))
    answers = (
        [pl.Series(f"{PROBABILITY}{name}", predictions[:, place]) for place, name in enumerate(task.classes)]
        if task.kind.is_classification
        else [pl.Series(PREDICTION, predictions)]
    )
    return rows.with_columns(pl.lit(role.value).alias(ROLE), known, *answers)


def reference_bytes(parts: list[pl.DataFrame]) -> bytes:
    """The file of a bundle."""
    buffer = io.BytesIO()
    pl.concat(parts, how="vertical_relaxed").write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def read_reference(content: bytes) -> pl.DataFrame:
    """What `reference_bytes` wrote."""
    return pl.read_parquet(io.BytesIO(content))
