"""Brightness, contrast and saturation in one pass."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.fit.augment.draws import uniform
from luthier.fit.augment.settings import AugmentationSettings

LUMA = (0.299, 0.587, 0.114)
"""How bright red, green and blue look (ITU-R BT.601)."""


def recolored(
    images: Float[Tensor, "batch channel height width"], settings: AugmentationSettings, generator: torch.Generator
) -> Float[Tensor, "batch channel height width"]:
    """Images in another light, as the settings ask: each change is even around none."""
    brightness, contrast, color = (uniform(1 - most, 1 + most, images, generator) for most in (settings.brightness, settings.contrast, settings.color))
    return with_factors(images, brightness=brightness, contrast=contrast, color=color)


def with_factors(
    images: Float[Tensor, "batch channel height width"],
    *,
    brightness: Float[Tensor, " batch"] | None = None,
    contrast: Float[Tensor, " batch"] | None = None,
    color: Float[Tensor, " batch"] | None = None,
) -> Float[Tensor, "batch channel height width"]:
    """Images with their brightness, contrast and saturation times a factor each; None is no change.

    Contrast is the distance to the image's mean gray, saturation the distance to each pixel's own gray. What leaves [0, 1] is clamped once, at the end.
    """
    one = images.new_ones(len(images))
    light = (one if brightness is None else brightness).view(-1, 1, 1, 1)
    spread = (one if contrast is None else contrast).view(-1, 1, 1, 1)
    gray = grayed(images)
    level = (1 - spread) * light * gray.mean(dim=(2, 3), keepdim=True)
    if color is None or images.shape[1] != 3:
        return (images * (spread * light)).add_(level).clamp_(0, 1)
    share = color.view(-1, 1, 1, 1)
    gray = (gray * ((1 - share) * spread * light)).add_(level)
    return (images * (share * spread * light)).add_(gray).clamp_(0, 1)


def grayed(images: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch 1 height width"]:
    """How bright every pixel looks."""
    if images.shape[1] != 3:
        return images.mean(dim=1, keepdim=True)
    return (images.new_tensor(LUMA)[None, :] @ images.flatten(2)).unflatten(2, images.shape[2:])
