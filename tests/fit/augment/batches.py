"""Images made on the spot, and what the tests of augmentation ask for in one word."""

from __future__ import annotations

import torch
from torch import Tensor

from luthier.fit.augment import AugmentationSettings, augment

EXTREMES = {
    "random flips": {"flip": "random", "flip_vertical": True},
    "alternating flips": {"flip": "alternating"},
    "shift": {"shift": 0.5},
    "turn": {"rotation": 180.0},
    "size": {"scale": 1.0},
    "shift, turn, size": {"shift": 0.5, "rotation": 180.0, "scale": 1.0},
    "brightness": {"brightness": 1.0},
    "contrast": {"contrast": 1.0},
    "color": {"color": 1.0},
    "light": {"brightness": 1.0, "contrast": 1.0, "color": 1.0},
    "erasing": {"erase": 1.0},
    "erasing in another light": {"erase": 1.0, "brightness": 0.5},
    "trivial": {"trivial": 1.0},
    "all": {"flip": "random", "shift": 0.5, "rotation": 180.0, "brightness": 1.0, "color": 1.0, "erase": 1.0, "trivial": 1.0},
}


def pixels(batch: int = 64, channel: int = 3, height: int = 12, width: int = 10, *, seed: int = 0) -> Tensor:
    """Noise, laid out as a cache of images is: [batch, height, width, channel] seen as channels_last."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(256, (batch, height, width, channel), dtype=torch.uint8, generator=generator).permute(0, 3, 1, 2)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def augmented(images: Tensor, *, epoch: int = 0, progress: float = 0.5, seed: int = 0, dtype: torch.dtype = torch.float32, **settings: object) -> Tensor:
    rows = torch.arange(len(images))
    chosen = AugmentationSettings(**settings)
    return augment(images, chosen, rows=rows, epoch=epoch, progress=progress, generator=seeded(seed), dtype=dtype)
