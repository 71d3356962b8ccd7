"""TrivialAugment: one operation an image, drawn evenly, with a strength drawn evenly. Nothing to tune."""

from __future__ import annotations

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from luthier.fit.augment.affine import matrices, transformed
from luthier.fit.augment.colors import with_factors
from luthier.fit.augment.draws import by_sign, whole
from luthier.fit.augment.tones import equalized, posterized, sharpened, solarized, stretched

LEVELS = 31
"""Strengths of an operation, none and the largest included."""
MOST_SLANT, MOST_DEGREES, MOST_FACTOR = 0.99, 135.0, 0.99
"""The largest strengths of the paper's wide search space."""
MOST_SHIFT = 0.5
"""Largest shift as a share of the side. The paper shifts by up to 32 pixels, which at 28 or 32 leaves nothing of an image."""

Operation = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(images, amounts from 0 to 1, the same with a random sign) -> images."""


def _read_through(images: Tensor, **changed: Tensor) -> Tensor:
    one = images.new_ones(len(images))
    same = {"across": one, "slant_across": 0 * one, "right": 0 * one, "slant_down": 0 * one, "down_scale": one, "down": 0 * one}
    return transformed(images, matrices(**{**same, **changed}))


def _turned(images: Tensor, signed: Tensor) -> Tensor:
    angle = (signed * MOST_DEGREES).deg2rad()
    return _read_through(images, across=angle.cos(), slant_across=-angle.sin(), slant_down=angle.sin(), down_scale=angle.cos())


OPERATIONS: dict[str, Operation] = {
    "identity": lambda images, amount, signed: images,
    "slant across": lambda images, amount, signed: _read_through(images, slant_across=signed * MOST_SLANT),
    "slant down": lambda images, amount, signed: _read_through(images, slant_down=signed * MOST_SLANT),
    "shift across": lambda images, amount, signed: _read_through(images, right=signed * MOST_SHIFT),
    "shift down": lambda images, amount, signed: _read_through(images, down=signed * MOST_SHIFT),
    "turn": lambda images, amount, signed: _turned(images, signed),
    "brightness": lambda images, amount, signed: with_factors(images, brightness=1 + signed * MOST_FACTOR),
    "contrast": lambda images, amount, signed: with_factors(images, contrast=1 + signed * MOST_FACTOR),
    "color": lambda images, amount, signed: with_factors(images, color=1 + signed * MOST_FACTOR),
    "sharpness": lambda images, amount, signed: sharpened(images, 1 + signed * MOST_FACTOR),
    "posterize": lambda images, amount, signed: posterized(images, amount),
    "solarize": lambda images, amount, signed: solarized(images, amount),
    "stretch": lambda images, amount, signed: stretched(images),
    "equalize": lambda images, amount, signed: equalized(images),
}
"""The operations of TrivialAugment."""


def trivially_changed(
    images: Float[Tensor, "batch channel height width"], strength: float, generator: torch.Generator
) -> Float[Tensor, "batch channel height width"]:
    """Each image after one random operation; the images are sorted by operation, so that each is carried out once.

    Args:
        strength: of the largest amount, 0 to 1; at 0 nothing happens.

    Source: Müller and Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", arXiv 2103.10158. What comes in from
    outside is the image reflected, there it is black.
    """
    if strength == 0:
        return images
    kinds = whole(0, len(OPERATIONS) - 1, images, generator)
    amounts = whole(0, LEVELS - 1, images, generator) * (strength / (LEVELS - 1))
    signed = by_sign(amounts, generator)
    order = kinds.argsort(stable=True)
    counts = kinds.bincount(minlength=len(OPERATIONS)).tolist()
    parts = zip(OPERATIONS.values(), images[order].split(counts), amounts[order].split(counts), signed[order].split(counts), strict=True)
    changed = torch.cat([operation(*part) for operation, *part in parts if len(part[0])])
    return torch.empty_like(images).index_copy_(0, order, changed)
