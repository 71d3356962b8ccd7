"""Row orders: every member shuffles its own training rows, independent of who trains beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from luthier.core.seeds import derive_seed


class RowOrders:
    """The batches of all members: member m's order hangs on its seed and the epoch alone.

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
