"""Batches of images: shuffled, gathered, augmented and mixed on the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from luthier.core.recipe import Member
from luthier.core.seeds import derive_seed
from luthier.fit.augment import augment, build_augmentation, mix, shrunk
from luthier.fit.batches import FoldRows
from luthier.fit.folds import FoldTensors


@final
class ImageRows:
    """Where a network for images learns from: the rows of its fold, as they come for a table, each image changed anew in every epoch.

    It keeps the laws of a `RowSource`: what happens to the images of a step hangs on the member's seed, the step and the progress alone.
    """

    def __init__(self, member: Member, data: FoldTensors, *, dtype: torch.dtype = torch.float32) -> None:
        self.member, self.data, self.dtype = member, data, dtype
        self.augmentation = build_augmentation(member.recipe.augmentation)
        self.unchanged = FoldRows([member], data)

    @property
    def batch_size(self) -> int:
        """Images in one step."""
        return self.unchanged.batch_size

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one pass over the fold's training images."""
        return self.unchanged.steps_per_epoch

    def batch(self, step: int, progress: float) -> tuple[tuple[Tensor, ...], Tensor]:
        """Images [1, batch, channel, height, width] from 0 to 1, and their targets: [1, batch], or where they are mixed [1, batch, classes]."""
        (images,), targets = self.unchanged.batch(step, progress)
        generator = torch.Generator(self.data.device).manual_seed(derive_seed(self.member.seed, "augmentation", step))
        images = augment(
            shrunk(images[0], self.augmentation.progressive, progress),
            self.augmentation,
            rows=self.unchanged.orders.batch(step)[0],
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
        self.unchanged.keep(members)
