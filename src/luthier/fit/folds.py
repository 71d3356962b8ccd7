"""Training data on the device: every row encoded once with each fold's own statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from luthier.core.task import InputShape, TaskKind
from luthier.data.stream import RowStream


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetScale:
    """How a fold's network sees a numeric target: standardized by its own training rows."""

    mean: float
    "Mean over the fold's training rows, in the target's unit."
    deviation: float
    "Standard deviation over the fold's training rows, never 0."
    low: float
    "Smallest training value: predictions are not taken below it."
    high: float
    "Largest training value: predictions are not taken above it."

    @classmethod
    def of(cls, values: np.ndarray) -> TargetScale:
        """The scale of some training values."""
        return cls(mean=float(values.mean()), deviation=float(values.std()) or 1.0, low=float(values.min()), high=float(values.max()))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldTensors:
    """The rows that networks learn from and are judged on, on one device."""

    kind: TaskKind
    shape: InputShape
    outputs: int
    numbers: Tensor
    "Inputs [folds, rows, numbers], or one [1, rows, ...] of any shape that all folds share."
    codes: Tensor
    "Codes of categorical inputs [folds, rows, codes], or one [1, rows, codes] that all folds share."
    targets: Tensor
    "Class index int64 [folds, rows], or the standardized target float32 [folds, rows]."
    truth: np.ndarray
    "Class index or target in its own unit, [rows]."
    train_rows: tuple[Tensor, ...]
    "Row numbers that a member of this fold learns from."
    validation_rows: tuple[Tensor, ...]
    "Row numbers that judge a member of this fold."
    scales: tuple[TargetScale, ...] = ()
    "One a fold for a regression."
    streams: tuple[RowStream, ...] = ()
    "One a fold, where networks learn from a stream and not from the training rows here; folds may share one."

    @property
    def folds(self) -> int:
        """Number of folds."""
        return len(self.train_rows)

    @property
    def rows(self) -> int:
        """Rows in all: the sealed ones are not among them."""
        return int(self.numbers.shape[1])

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.numbers.device

    def rows_learned(self, fold: int) -> int:
        """Rows that a member of this fold learns from: one epoch."""
        return self.streams[fold].rows if self.streams else len(self.train_rows[fold])

    def gather(self, folds: Int[Tensor, " members"], rows: Int[Tensor, "members batch"]) -> tuple[Tensor, Tensor, Tensor]:
        """Numbers, codes and targets of each member's rows: one gather for all members."""
        flat = (folds[:, None] * self.rows + rows).flatten()
        members, batch = rows.shape
        inputs = flat if len(self.numbers) == self.folds else rows.flatten()
        numbers = self.numbers.flatten(0, 1).index_select(0, inputs).unflatten(0, (members, batch))
        codes = self.codes.flatten(0, 1).index_select(0, inputs).unflatten(0, (members, batch))
        return numbers, codes, self.targets.flatten().index_select(0, flat).unflatten(0, (members, batch))


def fold_tensors(
    *,
    kind: TaskKind,
    shape: InputShape,
    outputs: int,
    inputs: Sequence[tuple[np.ndarray, np.ndarray]],
    truth: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    device: torch.device,
) -> FoldTensors:
    """Put the encoded rows of every fold on the device.

    Args:
        inputs: for each fold (numbers float32 [rows, numbers], codes integer [rows, codes]).
        folds: for each fold (training row numbers, validation row numbers).
    """
    scales = () if kind.is_classification else tuple(TargetScale.of(truth[train]) for train, _ in folds)
    targets = np.stack([truth if kind.is_classification else (truth - scales[k].mean) / scales[k].deviation for k in range(len(folds))])
    return FoldTensors(
        kind=kind,
        shape=shape,
        outputs=outputs,
        numbers=_stacked([numbers for numbers, _ in inputs], device),
        codes=_stacked([codes for _, codes in inputs], device),
        targets=torch.from_numpy(targets.astype(np.int64 if kind.is_classification else np.float32)).to(device),
        truth=truth,
        train_rows=tuple(torch.from_numpy(np.ascontiguousarray(train)).to(device) for train, _ in folds),
        validation_rows=tuple(torch.from_numpy(np.ascontiguousarray(validation)).to(device) for _, validation in folds),
        scales=scales,
    )


def _stacked(arrays: Sequence[np.ndarray], device: torch.device) -> Tensor:
    first = torch.from_numpy(arrays[0])
    stack = torch.empty((len(arrays), *first.shape), dtype=first.dtype, device=device)
    for k, array in enumerate(arrays):
        stack[k] = torch.from_numpy(array)
    return stack
