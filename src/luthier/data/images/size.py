"""The size at which a network sees the images: what they hold, and what the time can pay for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from luthier.core.errors import SettingInvalid
from luthier.data.images.probe import Probe

SIDES = (32, 48, 64, 96, 128, 160, 224)
"The sides to choose from, of a square of as many pixels. 32 is affordable always; 224 is what most published networks for photographs see."
PIXELS_PER_SECOND = 1.9e6
"""Pixels that the smallest network learns from in a second on two cores: 60,000 images of 28 × 28 in 25 s.
Source: shared measurement on full Fashion-MNIST (a network of 24/64/96 channels, bfloat16, channels last)."""
PASSES = 10
"Passes over the rows that a training needs at least to come near its best."
SHARE = 0.25
"Share of the budget for one such training: the rest goes to other recipes, folds, judging and the report."
_FEWEST_PIXELS, _MOST_PIXELS = 4, 512
_MULTIPLE = 4
_MOST_ASPECT = 4.0


def choose_size(
    probes: Sequence[Probe], *, budget_seconds: float, rows: int, image_size: int | None = None, pixels_per_second: float = PIXELS_PER_SECOND
) -> tuple[int, int]:
    """Height and width for all images: the median aspect ratio, never more pixels than the median image has or than the budget can learn from.

    Images of one size that can be afforded are left exactly as they are. Above 32, other sides are multiples of 4.

    Args:
        image_size: side of a square, as a person states it.
        pixels_per_second: what the device learns from; measured on two cores where nothing is given.

    Example:
        >>> photos = [Probe(width=640, height=480, mode="RGB", format="JPEG")] * 10
        >>> choose_size(photos, budget_seconds=600, rows=2_000)
        (84, 112)
        >>> choose_size([Probe(width=28, height=28, mode="L", format="pixels")], budget_seconds=60, rows=60_000)
        (28, 28)
    """
    if image_size is not None:
        return _stated(image_size)
    height, width = (float(np.median([getattr(probe, side) for probe in probes])) for side in ("height", "width"))
    side = affordable_side(budget_seconds=budget_seconds, rows=rows, pixels_per_second=pixels_per_second)
    if len({(probe.height, probe.width) for probe in probes}) == 1 and height * width <= side**2:
        return max(round(height), _FEWEST_PIXELS), max(round(width), _FEWEST_PIXELS)
    aspect = min(max(width / height, 1 / _MOST_ASPECT), _MOST_ASPECT)
    square = min(side, math.sqrt(height * width))
    return _rounded(square / math.sqrt(aspect), most=height), _rounded(square * math.sqrt(aspect), most=width)


def affordable_side(*, budget_seconds: float, rows: int, pixels_per_second: float = PIXELS_PER_SECOND) -> int:
    """The largest of `SIDES` at which a quarter of the budget pays for ten passes over the rows.

    Example:
        >>> affordable_side(budget_seconds=300, rows=1_906)
        64
    """
    pixels = SHARE * budget_seconds * pixels_per_second / (PASSES * max(rows, 1))
    return max((side for side in SIDES if side**2 <= pixels), default=SIDES[0])


def _stated(image_size: int) -> tuple[int, int]:
    if not 8 <= image_size <= _MOST_PIXELS:
        raise SettingInvalid(f"--image-size must be from 8 to {_MOST_PIXELS} pixels, but {image_size} came.")
    return image_size, image_size


def _rounded(side: float, *, most: float) -> int:
    """Whole pixels; above 32 the nearest multiple of 4 that is not more than there is."""
    step = 1 if min(side, most) <= SIDES[0] else _MULTIPLE
    return max(min(round(side / step), math.floor(most / step)) * step, _FEWEST_PIXELS)
