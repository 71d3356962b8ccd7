"""Turns, changes of size, slants and shifts between the pixels: one sampling for all of them."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from luthier.fit.augment.draws import uniform
from luthier.fit.augment.settings import AugmentationSettings


def deformed(
    images: Float[Tensor, "batch channel height width"], settings: AugmentationSettings, generator: torch.Generator
) -> Float[Tensor, "batch channel height width"]:
    """Images turned, resized and shifted as the settings ask."""
    angle = uniform(-settings.rotation, settings.rotation, images, generator).deg2rad()
    growth = math.log1p(settings.scale)
    shrinking = uniform(-growth, growth, images, generator).exp()
    right, down = (uniform(-settings.shift, settings.shift, images, generator) for _ in range(2))
    cosine, sine = angle.cos() * shrinking, angle.sin() * shrinking
    return transformed(images, matrices(across=cosine, slant_across=-sine, right=right, slant_down=sine, down_scale=cosine, down=down))


def matrices(*, across: Tensor, slant_across: Tensor, right: Tensor, slant_down: Tensor, down_scale: Tensor, down: Tensor) -> Float[Tensor, "batch 2 3"]:
    """Where each image reads from: a position (x, y) in pixels from the middle becomes a matrix times it, plus shares of the sides.

    Args:
        across: how x follows x, one an image as all others.
        slant_across: how x follows y.
        right: what is added to x, as a share of the width.
        slant_down: how y follows x.
        down_scale: how y follows y.
        down: what is added to y, as a share of the height.
    """
    return torch.stack([across, slant_across, right, slant_down, down_scale, down], dim=1).unflatten(1, (2, 3))


def transformed(images: Float[Tensor, "batch channel height width"], where: Float[Tensor, "batch 2 3"]) -> Float[Tensor, "batch channel height width"]:
    """Every image read through a matrix of its own, between the pixels by bilinear interpolation; what is outside is reflected."""
    height, width = images.shape[2:]
    x, y = _middles(width, images), _middles(height, images)
    parts = where[:, :, :, None]
    positions = images.new_empty(len(images), height, width, 2)
    torch.add((parts[:, 0, 0] * x)[:, None, :], (parts[:, 0, 1] * (height / width) * y + 2 * parts[:, 0, 2])[:, :, None], out=positions[..., 0])
    torch.add((parts[:, 1, 0] * (width / height) * x)[:, None, :], (parts[:, 1, 1] * y + 2 * parts[:, 1, 2])[:, :, None], out=positions[..., 1])
    return F.grid_sample(images, positions, padding_mode="reflection", align_corners=False)


def _middles(count: int, images: Tensor) -> Tensor:
    """The middles of the pixels of a side that reaches from -1 to 1."""
    return (torch.arange(count, device=images.device, dtype=images.dtype) * 2 + 1) / count - 1
