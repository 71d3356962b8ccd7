"""Rows that a user brings for a network of their own: tensors in, folds and sealed rows out."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import torch
from numpy.typing import ArrayLike
from sklearn.model_selection import KFold, StratifiedKFold
from torch import Tensor

from luthier.core.errors import DataUnreadable, TooFewRows
from luthier.core.task import InputShape, Task
from luthier.data.target import guess_task, target_values
from luthier.fit import FoldTensors, fold_tensors

SEALED_PARTS = 5
"One part in so many is sealed."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OwnRows:
    """Inputs of any shape with their targets, divided."""

    task: Task
    data: FoldTensors
    "Of the rows that are not sealed."
    sealed_inputs: Tensor
    sealed_truth: np.ndarray

    @property
    def digest(self) -> str:
        """Of everything in it: 16 hexadecimal digits."""
        arrays = (self.data.inputs[0].cpu().numpy(), self.data.truth, self.sealed_inputs.numpy(), self.sealed_truth)
        return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:16]


def own_rows(dataset: Sequence[Any], *, task: str, metric: str | None, folds: int, seed: int, device: torch.device) -> OwnRows:
    """Divide rows: a fifth is sealed, the rest is dealt to folds; classes in their shares.

    Args:
        dataset: (inputs [rows, ...], targets [rows]), or a `torch.utils.data.TensorDataset` of the two.

    Raises:
        DataUnreadable: it is no pair, or the two differ in length.
        TooFewRows: fewer than two rows for each part.
    """
    inputs, targets = _pair(dataset)
    column = pl.Series("target", np.asarray(targets).tolist() if np.asarray(targets).dtype.kind in "OUS" else np.asarray(targets))
    asked = guess_task(column, task=task, metric=metric)
    truth = target_values(column, asked)
    if len(truth) < 2 * SEALED_PARTS * folds:
        raise TooFewRows(f"At least {2 * SEALED_PARTS * folds} rows are required for {folds} folds and sealed rows, but {len(truth)} came.")
    rest, sealed = next(_dealt(truth, SEALED_PARTS, seed, stratified=asked.kind.is_classification))
    values, own = as_inputs(inputs), truth[rest]
    dealt = list(_dealt(own, folds, seed + 1, stratified=asked.kind.is_classification))
    data = fold_tensors(
        kind=asked.kind,
        shape=InputShape(numbers=math.prod(values.shape[1:])),
        outputs=asked.outputs,
        inputs=[(values[torch.from_numpy(rest)].numpy(),)],
        truth=own,
        folds=dealt,
        device=device,
    )
    return OwnRows(task=asked, data=data, sealed_inputs=values[torch.from_numpy(sealed)], sealed_truth=truth[sealed])


def as_inputs(inputs: ArrayLike | Tensor) -> Tensor:
    """Inputs as a network takes them: whole numbers as they are, others as float32."""
    values = torch.as_tensor(inputs)
    return values.float() if values.is_floating_point() else values


def _pair(dataset: Sequence[Any]) -> tuple[ArrayLike, ArrayLike]:
    parts = getattr(dataset, "tensors", dataset)
    if len(parts) != 2 or len(parts[0]) != len(parts[1]):
        lengths = ", ".join(str(len(part)) for part in parts[:3])
        raise DataUnreadable(f"The dataset must be a pair (inputs, targets) of equal length, but {len(parts)} parts of length {lengths} came.")
    return parts[0], parts[1]


def _dealt(truth: np.ndarray, parts: int, seed: int, *, stratified: bool) -> Any:
    dealer = (StratifiedKFold if stratified else KFold)(parts, shuffle=True, random_state=seed % 2**32)
    return dealer.split(np.zeros(len(truth)), truth)
