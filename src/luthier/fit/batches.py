"""Batches: where the rows of every step come from, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, final, runtime_checkable

import torch
from jaxtyping import Int
from torch import Tensor

from luthier.core.recipe import Member
from luthier.core.seeds import derive_seed
from luthier.fit.folds import FoldTensors


@runtime_checkable
class RowSource(Protocol):
    """Where a population's batches come from: rows in memory, or a stream.

    Laws: the batch of a step hangs on the step, the progress and what the source was made from, not on the batches asked for before, so that
    a training can be taken up again at any step; a member's batches do not depend on who trains beside it; one thread asks.
    """

    @property
    def batch_size(self) -> int:
        """Rows of one member in one step."""

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the training rows."""

    def batch(self, step: int, progress: float) -> tuple[tuple[Tensor, ...], Tensor]:
        """Inputs [members, batch, ...] and targets [members, batch] of a step, on the device.

        Args:
            progress: share of the training that is done, 0 to 1: the strength of an augmentation may hang on it.
        """

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these."""


@final
class FoldRows:
    """Batches from rows in memory: every member shuffles its own fold's training rows."""

    def __init__(self, members: Sequence[Member], data: FoldTensors) -> None:
        self.data, self._folds = data, torch.tensor([member.fold for member in members], device=data.device)
        self.orders = RowOrders(
            [data.train_rows[member.fold] for member in members], [member.seed for member in members], batch_size=members[0].recipe.batch_size
        )

    @property
    def batch_size(self) -> int:
        """Rows of one member in one step."""
        return self.orders.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over a fold's training rows."""
        return self.orders.steps_per_epoch

    def batch(self, step: int, progress: float) -> tuple[tuple[Tensor, ...], Tensor]:
        """Inputs and targets of every member at a step: one gather for all members."""
        return self.data.gather(self._folds, self.orders.batch(step))

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these."""
        self.orders.keep(members)
        self._folds = self._folds[list(members)]


@final
class RowOrders:
    """The row numbers of all members: member m's order hangs on its seed and the epoch alone.

    All members take the same number of steps an epoch: where folds differ by a row, the longer order is cut,
    and the cut rows differ from epoch to epoch.
    """

    def __init__(self, rows: Sequence[Tensor], seeds: Sequence[int], *, batch_size: int) -> None:
        self._rows, self._seeds = list(rows), list(seeds)
        shortest = min(len(member) for member in rows)
        self.batch_size = min(batch_size, shortest)
        self.steps_per_epoch = shortest // self.batch_size
        self._epoch, self._orders = -1, torch.empty(0)

    def batch(self, step: int) -> Int[Tensor, "members batch"]:
        """The rows of every member at a step."""
        epoch, position = divmod(step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._orders = torch.stack([self._order(member, epoch) for member in range(len(self._rows))])
            self._epoch = epoch
        return self._orders[:, position * self.batch_size : (position + 1) * self.batch_size]

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these."""
        self._rows, self._seeds = [self._rows[m] for m in members], [self._seeds[m] for m in members]
        if self._epoch >= 0:
            self._orders = self._orders[list(members)]

    def _order(self, member: int, epoch: int) -> Tensor:
        rows = self._rows[member]
        generator = torch.Generator().manual_seed(derive_seed(self._seeds[member], "order", epoch))
        order = torch.randperm(len(rows), generator=generator)[: self.steps_per_epoch * self.batch_size]
        return rows[order.to(rows.device)]
