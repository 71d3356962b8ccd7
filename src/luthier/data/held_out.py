"""Which rows of a large table no network may learn from, when a sample of its rows is sealed and judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Bool, Int64, UInt64

from luthier.data.dataset import Dataset
from luthier.data.splits import Fold, Split
from luthier.data.typed import typed_frame
from luthier.data.typed_blocks import TypedBlock, key_columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """The sealed rows, the validation rows of a fold, and all that belongs to them elsewhere in the table.

    What belongs to a row hangs on the split, as in a small table: rows that equal it; with groups, the whole group;
    in time, everything after the rows that the fold learns from.
    """

    rows: Int64[np.ndarray, " rows"]
    "Their numbers in the whole table, ascending."
    equal: UInt64[np.ndarray, " rows"]
    "Hashes of inputs and target of these rows, ascending."
    groups: frozenset[str] = frozenset()
    "Groups that they come from, as text."
    latest: Any = None
    "The last moment that may be learned from; None where rows have no order."

    def allows(self, block: TypedBlock, hashes: UInt64[np.ndarray, " rows"]) -> Bool[np.ndarray, " rows"]:
        """The rows of a block that a network may learn from, given their `row_hashes`."""
        allowed = block.usable & ~_is_among(block.rows, self.rows)
        if self.latest is not None:
            return allowed & (block.keys.to_series() <= self.latest).fill_null(False).to_numpy()
        if self.groups:
            allowed = allowed & ~block.keys.to_series().is_in(sorted(self.groups)).to_numpy()
        return allowed & ~_is_among(hashes, self.equal)


def hold_out(dataset: Dataset, rows: Int64[np.ndarray, " rows"], split: Split, fold: Fold) -> HeldOut:
    """What the networks of a fold may not learn from.

    Args:
        dataset: the sample.
        rows: where each of its rows stands in the whole table.
    """
    judged = np.concatenate([split.test, fold.validation])
    keys = key_columns(dataset.frame, dataset.schema)
    hashes = row_hashes(typed_frame(dataset.frame[judged], dataset.schema), dataset.target[judged])
    rejoined = any(event.name == "duplicates-across-groups" for event in split.events)
    return HeldOut(
        rows=np.sort(rows[judged]),
        equal=np.unique(hashes[:0] if rejoined else hashes),
        groups=frozenset(keys.to_series()[judged]) if dataset.schema.group is not None else frozenset(),
        latest=keys.to_series()[fold.train].max() if dataset.schema.time is not None else None,
    )


def row_hashes(inputs: pl.DataFrame, target: np.ndarray) -> UInt64[np.ndarray, " rows"]:
    """A number for each row that equal rows share: in ten million rows two different ones meet one of 100,000 with a chance of 5e-8."""
    return inputs.with_columns(pl.Series("\0target", target)).hash_rows(seed=0).to_numpy()


def _is_among(values: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    if not len(ascending):
        return np.zeros(len(values), dtype=bool)
    places = np.searchsorted(ascending, values)
    return ascending[np.minimum(places, len(ascending) - 1)] == values
