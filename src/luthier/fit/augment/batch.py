"""A batch of training images, changed at random: each family of operations once, for all images together."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int, UInt8
from torch import Tensor

from luthier.fit.augment.affine import deformed
from luthier.fit.augment.colors import recolored
from luthier.fit.augment.erasing import erased
from luthier.fit.augment.settings import AugmentationSettings
from luthier.fit.augment.shifts import moved
from luthier.fit.augment.trivial import trivially_changed


def augment(
    pixels: UInt8[Tensor, "batch channel height width"],
    settings: AugmentationSettings,
    *,
    rows: Int[Tensor, " batch"],
    epoch: int,
    progress: float,
    generator: torch.Generator,
    dtype: torch.dtype = torch.float32,
) -> Float[Tensor, "batch channel height width"]:
    """Images from 0 to 1 as a network learns from them, on the device of the pixels and in channels_last; the pixels are not changed.

    What moves whole pixels is done on bytes; floats come in where pixels fall between pixels or change their light.

    Args:
        rows: row number of each image: alternating flips hang on it.
        epoch: passes over the training rows that are done.
        progress: share of the training that is done, 0 to 1: the strength hangs on it.
        generator: of the random numbers; on the processor or on the device of the pixels.
        dtype: floating type of the result.

    Example:
        >>> pixels, generator = torch.full((2, 1, 4, 4), 51, dtype=torch.uint8), torch.Generator().manual_seed(0)
        >>> images = augment(pixels, AugmentationSettings(shift=0.25), rows=torch.arange(2), epoch=0, progress=0.0, generator=generator)
        >>> images[0, 0, 0]
        tensor([0.2000, 0.2000, 0.2000, 0.2000])
    """
    now = settings.at(progress)
    images: Tensor = moved(pixels, now, rows=rows, epoch=epoch, generator=generator)
    if now.deforms or now.trivial or now.recolors:
        images = _in_new_light(images, now, generator)
    images = erased(images, now.erase, generator)
    if images.dtype == torch.uint8:
        images = images.to(torch.float32, memory_format=torch.channels_last).div_(255)
    return images.to(dtype, memory_format=torch.channels_last)


def _in_new_light(pixels: Tensor, settings: AugmentationSettings, generator: torch.Generator) -> Tensor:
    """Deformed, trivially changed and recolored, in planes of floats: a channel after the other is what these operations are fast on."""
    images = pixels.contiguous().to(torch.float32).div_(255)
    if settings.deforms:
        images = deformed(images, settings, generator)
    images = trivially_changed(images, settings.trivial, generator)
    return recolored(images, settings, generator) if settings.recolors else images
