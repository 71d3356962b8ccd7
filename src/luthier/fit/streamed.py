"""Batches from a stream: networks learn from a table that is larger than memory."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import final

import numpy as np
import torch
from torch import Tensor

from luthier.core.recipe import Member
from luthier.data.stream import RowStream, Window, WindowPlan
from luthier.fit.folds import FoldTensors


@final
class StreamedRows:
    """Batches from the streams of the members' folds: the same rows for all that share a stream, encoded as each one's fold encodes.

    The rows that do not fill the last batch of an epoch are left out, others in every epoch.
    """

    def __init__(self, members: Sequence[Member], data: FoldTensors) -> None:
        self.data = data
        self._folds = [member.fold for member in members]
        self._readers = {id(stream): StreamReader(stream) for stream in (data.streams[fold] for fold in self._folds)}
        shortest = min(data.rows_learned(fold) for fold in self._folds)
        self.batch_size = min(members[0].recipe.batch_size, shortest)
        self.steps_per_epoch = shortest // self.batch_size

    def batch(self, step: int, progress: float) -> tuple[tuple[Tensor, ...], Tensor]:
        """Numbers and codes, and the targets, of every member at a step."""
        epoch, position = divmod(step, self.steps_per_epoch)
        first = position * self.batch_size
        parts = {key: reader.rows(epoch, first, first + self.batch_size) for key, reader in self._readers.items()}
        numbers, codes, targets = zip(*(self._of_fold(fold, *parts[id(self.data.streams[fold])]) for fold in self._folds), strict=True)
        return (self._stacked(numbers), self._stacked(codes).long()), self._stacked(targets)

    def keep(self, members: Sequence[int]) -> None:
        """Drop all members but these."""
        self._folds = [self._folds[m] for m in members]
        wanted = {id(self.data.streams[fold]) for fold in self._folds}
        self._readers = {key: reader for key, reader in self._readers.items() if key in wanted}

    def _of_fold(self, fold: int, numbers: np.ndarray, codes: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        place = self.data.streams[fold].folds.index(fold)
        if not self.data.kind.is_classification:
            scale = self.data.scales[fold]
            target = ((target - scale.mean) / scale.deviation).astype(np.float32)
        return numbers[place], codes[place], target

    def _stacked(self, arrays: Sequence[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).to(self.data.device)


@final
class StreamReader:
    """The rows of a stream in the order of its epochs. While one window is learned from, the next is read in a thread of its own."""

    def __init__(self, stream: RowStream) -> None:
        self.stream = stream
        self._windows: tuple[WindowPlan, ...] = ()
        self._window: Window | None = None
        self._next: tuple[WindowPlan, Future[Window]] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="row-stream")  # ends when this object does

    def rows(self, epoch: int, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rows `first` to `last` of an epoch: numbers [folds, rows, numbers], codes [folds, rows, codes], target [rows]."""
        if not self._windows or self._windows[0].epoch != epoch:
            self._windows = self.stream.windows(epoch)
        parts = [self._part(plan, first, last) for plan in self._windows if plan.first < last and plan.first + plan.rows > first]
        numbers, codes, targets = zip(*parts, strict=True)
        return np.concatenate(numbers, axis=1), np.concatenate(codes, axis=1), np.concatenate(targets)

    def _part(self, plan: WindowPlan, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        window = self._read(plan)
        chosen = window.order[max(first - plan.first, 0) : last - plan.first]
        return window.numbers[:, chosen], window.codes[:, chosen], window.target[chosen]

    def _read(self, plan: WindowPlan) -> Window:
        """The window of a plan, mostly read already; the one after it is begun."""
        if self._window is not None and self._window.plan == plan:
            return self._window
        self._window = None  # two windows are in memory, never three
        ahead, self._next = self._next, None
        if ahead is not None and ahead[0] != plan:
            ahead[1].cancel()
        self._window = ahead[1].result() if ahead is not None and ahead[0] == plan else self.stream.read(plan)
        following = self._following(plan)
        self._next = (following, self._thread.submit(self.stream.read, following))
        return self._window

    def _following(self, plan: WindowPlan) -> WindowPlan:
        if plan.number + 1 < len(self._windows):
            return self._windows[plan.number + 1]
        return self.stream.windows(plan.epoch + 1)[0]
