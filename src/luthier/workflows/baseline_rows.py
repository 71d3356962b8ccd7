"""The rows that baselines learn from and answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from luthier.core.task import Schema


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BaselineRows:
    """Columns that ordinary models take."""

    train: pl.DataFrame
    "Typed columns of training rows."
    rows: np.ndarray
    "Which of the training rows these are."
    sealed: pl.DataFrame
    "The same columns of the sealed rows."
    schema: Schema
