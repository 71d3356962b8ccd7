"""Training data on the device: every row encoded once with each fold's own statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from luthier.core.task import InputShape, PixelShape, TaskKind
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
    shape: InputShape | PixelShape
    outputs: int
    inputs: tuple[Tensor, ...]
    """What a network is called with: of a table numbers [folds, rows, numbers] and codes [folds, rows, codes]; else one [1, rows, ...] that all
    folds share. Images may stay on the CPU, in a mapped file."""
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
    precision: torch.dtype = torch.float32
    "What networks compute in; their weights are float32 in any case."
    streams: tuple[RowStream, ...] = ()
    "One a fold, where networks learn from a stream and not from the training rows here; folds may share one."

    @property
    def folds(self) -> int:
        """Number of folds."""
        return len(self.train_rows)

    @property
    def rows(self) -> int:
        """Rows in all: of a table, the sealed ones are not among them; of images, they have places and no truth."""
        return int(self.inputs[0].shape[1])

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.targets.device

    def rows_learned(self, fold: int) -> int:
        """Rows that a member of this fold learns from: one epoch."""
        return self.streams[fold].rows if self.streams else len(self.train_rows[fold])

    def gather(self, folds: Int[Tensor, " members"], rows: Int[Tensor, "members batch"]) -> tuple[tuple[Tensor, ...], Tensor]:
        """Inputs [members, batch, ...] and targets [members, batch] of each member's rows: one gather for all members."""
        flat = (folds[:, None] * self.rows + rows).flatten()
        inputs = tuple(_taken(part, rows, flat if len(part) == self.folds else rows.flatten()) for part in self.inputs)
        return inputs, _taken(self.targets, rows, flat)


def fold_tensors(
    *,
    kind: TaskKind,
    shape: InputShape | PixelShape,
    outputs: int,
    inputs: Sequence[tuple[np.ndarray | Tensor, ...]],
    truth: np.ndarray,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    device: torch.device,
) -> FoldTensors:
    """Put the encoded rows of every fold on the device.

    Args:
        inputs: for each fold what a network is called with, such as (numbers float32 [rows, numbers], codes integer [rows, codes]); or one that all share.
        folds: for each fold (training row numbers, validation row numbers).
    """
    scales = () if kind.is_classification else tuple(TargetScale.of(truth[train]) for train, _ in folds)
    targets = np.stack([truth if kind.is_classification else (truth - scales[k].mean) / scales[k].deviation for k in range(len(folds))])
    return FoldTensors(
        kind=kind,
        shape=shape,
        outputs=outputs,
        inputs=tuple(_stacked(part, device) for part in zip(*inputs, strict=True)),
        targets=torch.from_numpy(targets.astype(np.int64 if kind.is_classification else np.float32)).to(device),
        truth=truth,
        train_rows=tuple(torch.from_numpy(np.ascontiguousarray(train)).to(device) for train, _ in folds),
        validation_rows=tuple(torch.from_numpy(np.ascontiguousarray(validation)).to(device) for _, validation in folds),
        scales=scales,
    )


def _taken(part: Tensor, rows: Tensor, places: Tensor) -> Tensor:
    """Some rows, on the device of the row numbers, as [members, batch, ...]. Images, whose channels lie side by side, are copied each as one piece."""
    flat = part.flatten(0, 1)
    if flat.dim() != 4:
        return flat.index_select(0, places.to(part.device)).to(rows.device).unflatten(0, tuple(rows.shape))
    levels = flat.permute(0, 2, 3, 1)
    taken = levels.flatten(1).index_select(0, places.to(part.device)).to(rows.device)
    return taken.view(-1, *levels.shape[1:]).permute(0, 3, 1, 2).unflatten(0, tuple(rows.shape))


def _stacked(parts: Sequence[np.ndarray | Tensor], device: torch.device) -> Tensor:
    """The parts of all folds on the device; one that is a tensor already, and that all share, stays where it is."""
    if len(parts) == 1 and isinstance(parts[0], Tensor):
        return parts[0].unsqueeze(0)
    first = torch.as_tensor(parts[0])
    stack = torch.empty((len(parts), *first.shape), dtype=first.dtype, device=device)
    for k, part in enumerate(parts):
        stack[k] = torch.as_tensor(part)
    return stack
