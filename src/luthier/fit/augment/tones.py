"""Tone curves: what TrivialAugment does to the pixels where they stand."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

MOST_BITS, FEWEST_BITS = 8, 2
"""Bits of a channel before and after the strongest posterization (arXiv 2103.10158, wide search space)."""


def posterized(images: Float[Tensor, "batch channel height width"], amount: Float[Tensor, " batch"]) -> Float[Tensor, "batch channel height width"]:
    """Images with fewer levels: 256 at amount 0, 4 at amount 1."""
    step = torch.exp2((amount * (MOST_BITS - FEWEST_BITS)).round()).view(-1, 1, 1, 1)
    levels = (images * 255).round_()
    return (levels / step).floor_().mul_(step).div_(255)


def solarized(images: Float[Tensor, "batch channel height width"], amount: Float[Tensor, " batch"]) -> Float[Tensor, "batch channel height width"]:
    """Images with the pixels that are brighter than 1 - amount inverted."""
    return torch.where(images > (1 - amount).view(-1, 1, 1, 1), 1 - images, images)


def sharpened(images: Float[Tensor, "batch channel height width"], factor: Float[Tensor, " batch"]) -> Float[Tensor, "batch channel height width"]:
    """Images with the distance to their smoothed selves times a factor: below 1 is smoother, above is sharper."""
    kernel = images.new_ones(3, 3)
    kernel[1, 1] = 5  # the smoothing of Pillow, which the paper's operations are made of
    channel = images.shape[1]
    weights = (kernel / kernel.sum()).expand(channel, 1, 3, 3)
    smooth = F.conv2d(F.pad(images, (1, 1, 1, 1), mode="replicate"), weights, groups=channel)
    return torch.lerp(smooth, images, factor.view(-1, 1, 1, 1)).clamp_(0, 1)


def stretched(images: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
    """Images whose channels each reach from black to white; a channel of one level stays."""
    low, high = images.amin(dim=(2, 3), keepdim=True), images.amax(dim=(2, 3), keepdim=True)
    reach = high - low
    return torch.where(reach > 0, (images - low) / reach.clamp(min=1 / 255), images).clamp_(0, 1)


def equalized(images: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
    """Images whose channels each use all levels about evenly; a channel of one level stays."""
    levels = (images.flatten(2) * 255).round().long()
    counts = torch.zeros(*levels.shape[:2], 256, device=images.device).scatter_add_(2, levels, torch.ones_like(levels, dtype=torch.float32))
    below = counts.cumsum(dim=2)
    darkest = below.gather(2, levels.amin(dim=2, keepdim=True))
    spread = below[..., -1:] - darkest
    curve = (below - darkest) / spread.clamp(min=1)
    even = torch.where(spread > 0, curve.gather(2, levels), images.flatten(2))
    return even.clamp_(0, 1).view_as(images)
