"""The settings of an augmentation: how training images are changed, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from luthier.core.errors import SettingInvalid

FLIPS = ("none", "random", "alternating")
"""How images are mirrored left to right."""

STRENGTHS = ("constant", "rising", "falling")
"""How the strength of an augmentation moves over the training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAugmentation:
    """Images as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationSettings:
    """What may happen to a training image. Everything is off until it is asked for."""

    flip: str = "none"
    "Mirrored left to right: `none`; `random`, by a coin; `alternating`, each image in every second epoch (arXiv 2404.00498). Never for digits and text."
    flip_vertical: bool = False
    "Mirrored top to bottom by a coin: for pictures that have no up, such as those from above."
    shift: float = 0.0
    "Largest shift as a share of the side, 0 to 0.5; 0.07 are 2 pixels at 28 to 32. What comes in from outside is the image reflected."
    rotation: float = 0.0
    "Largest turn to either side in degrees, 0 to 180."
    scale: float = 0.0
    "Largest change of size: from 1 / (1 + scale) to 1 + scale times as large, 0 to 1."
    brightness: float = 0.0
    "Largest change of brightness as a share, 0 to 1."
    contrast: float = 0.0
    "Largest change of contrast as a share, 0 to 1."
    color: float = 0.0
    "Largest change of saturation as a share, 0 to 1; nothing for gray images."
    erase: float = 0.0
    "Probability that a rectangle of 2 to 40 % of an image becomes noise (Random Erasing, arXiv 1708.04896), 0 to 1."
    trivial: float = 0.0
    "Strength of one random operation an image, 0 to 1 (TrivialAugment in its wide form, arXiv 2103.10158); 0 is none."
    mixup: float = 0.0
    "Alpha of Mixup, 0 to 10: two images are blended, and their targets with them (arXiv 1710.09412); 0 is none."
    cutmix: float = 0.0
    "Alpha of CutMix, 0 to 10: a rectangle comes from another image, and its share of the target too (arXiv 1905.04899); 0 is none."
    strength_schedule: str = "constant"
    "How all but the flips moves over the training: `constant`, `rising` from nothing, or `falling` to nothing."
    progressive: float = 1.0
    "Side of the images at the start as a share of their full side, 0.25 to 1; it grows until 60 % of the training (arXiv 2104.00298)."

    def __post_init__(self) -> None:
        _require_one_of(FLIPS, flip=self.flip)
        _require_one_of(STRENGTHS, strength_schedule=self.strength_schedule)
        _require_between(0, 0.5, shift=self.shift)
        _require_between(0, 180, rotation=self.rotation)
        _require_between(0, 1, scale=self.scale, brightness=self.brightness, contrast=self.contrast, color=self.color, erase=self.erase, trivial=self.trivial)
        _require_between(0, 10, mixup=self.mixup, cutmix=self.cutmix)
        _require_between(0.25, 1, progressive=self.progressive)

    @property
    def mixes(self) -> bool:
        """True where images and targets of a batch are mixed with each other."""
        return self.mixup > 0 or self.cutmix > 0

    @property
    def deforms(self) -> bool:
        """True where images are turned or resized, so that pixels fall between pixels."""
        return self.rotation > 0 or self.scale > 0

    @property
    def recolors(self) -> bool:
        """True where brightness, contrast or saturation change."""
        return self.brightness > 0 or self.contrast > 0 or self.color > 0

    def at(self, progress: float) -> AugmentationSettings:
        """The settings after a share of the training: all but flips and size, times the strength that the schedule has come to.

        Example:
            >>> AugmentationSettings(shift=0.2, strength_schedule="rising").at(0.5).shift
            0.1
        """
        if self.strength_schedule == "constant":
            return self
        strength = min(max(progress if self.strength_schedule == "rising" else 1 - progress, 0.0), 1.0)
        return replace(self, strength_schedule="constant", **{name: strength * getattr(self, name) for name in _WEAKENED})


_WEAKENED = ("shift", "rotation", "scale", "brightness", "contrast", "color", "erase", "trivial", "mixup", "cutmix")


def _require_one_of(known: Sequence[str], **values: str) -> None:
    for name, value in values.items():
        if value not in known:
            raise SettingInvalid(f"{name} of an augmentation must be one of {', '.join(known)}, but {value!r} came.")


def _require_between(low: float, high: float, **values: float) -> None:
    for name, value in values.items():
        if not low <= value <= high:
            raise SettingInvalid(f"{name} of an augmentation must be a number from {low:g} to {high:g}, but {value!r} came.")
