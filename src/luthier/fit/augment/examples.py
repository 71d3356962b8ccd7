"""A few images as a network saw them, for the report."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import UInt8

from luthier.core.seeds import derive_seed
from luthier.fit.augment.batch import augment
from luthier.fit.augment.mixing import mix
from luthier.fit.augment.settings import AugmentationSettings


def augmentation_examples(
    pixels: UInt8[np.ndarray, "batch height width channel"], settings: AugmentationSettings, seed: int, *, views: int = 6
) -> UInt8[np.ndarray, "batch views height width channel"]:
    """Each image in several versions, one an epoch, spread over a training; mixed with each other where the settings mix.

    All have their full size: small images at the start of a training are not shown.

    Example:
        >>> augmentation_examples(np.zeros((2, 8, 8, 3), dtype=np.uint8), AugmentationSettings(shift=0.1), 0).shape
        (2, 6, 8, 8, 3)
    """
    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2)
    versions = [_version(images, settings, seed, epoch=view, progress=(view + 0.5) / views) for view in range(views)]
    return np.stack(versions, axis=1)


def _version(pixels: torch.Tensor, settings: AugmentationSettings, seed: int, *, epoch: int, progress: float) -> np.ndarray:
    generator, rows = torch.Generator().manual_seed(derive_seed(seed, "example", epoch)), torch.arange(len(pixels))
    images = augment(pixels, settings, rows=rows, epoch=epoch, progress=progress, generator=generator)
    images, _ = mix(images, rows, len(rows), settings.at(progress), generator)
    return images.permute(0, 2, 3, 1).mul(255).round().to(torch.uint8).numpy()
