"""Batches of images: shuffled, gathered, augmented and mixed on the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from luthier.core.recipe import Member
from luthier.core.seeds import derive_seed
from luthier.fit.augment import augment, build_augmentation, mix, shrunk
from luthier.fit.batches import RowOrders
from luthier.fit.folds import FoldTensors


@final
class ImageRows:
    """Where a network for images learns from: its own fold's training images, changed anew in every epoch.

    It keeps the laws of a `RowSource`: what happens to the images of a step hangs on the member's seed, the step and the progress alone.
    """

    def __init__(self, member: Member, data: FoldTensors, *, dtype: torch.dtype = torch.float32) -> None:
        self.member, self.data, self.dtype = member, data, dtype
        self.augmentation = build_augmentation(member.recipe.augmentation)
        self._fold = torch.tensor([member.fold], device=data.device)
        self.orders = RowOrders([data.train_rows[member.fold]], [member.seed], batch_size=member.recipe.batch_size)

    @property
    def batch_size(self) -> int:
        """Images in one step."""
        return self.orders.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the fold's training images."""
        return self.orders.steps_per_epoch

    def batch(self, step: int, progress: float) -> tuple[tuple[Tensor, ...], Tensor]:
        """Images [1, batch, channel, height, width] from 0 to 1, and their targets: [1, batch], or where they are mixed [1, batch, classes]."""
        rows = self.orders.batch(step)
        (images,), targets = self.data.gather(self._fold, rows)
        generator = torch.Generator(self.data.device).manual_seed(derive_seed(self.member.seed, "augmentation", step))
        images = augment(
            shrunk(images[0], self.augmentation.progressive, progress),
            self.augmentation,
            rows=rows[0],
            epoch=step // self.steps_per_epoch,
            progress=progress,
            generator=generator,
            dtype=self.dtype,
        )
        if not self.augmentation.mixes:
            return (images[None],), targets
        images, shares = mix(images, targets[0], self.data.outputs, self.augmentation.at(progress), generator)
        return (images[None],), shares[None]

    def keep(self, members: Sequence[int]) -> None:
        """Go on with the one member there is."""
        self.orders.keep(members)
