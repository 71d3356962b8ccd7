"""Images made on the spot."""

from __future__ import annotations

import torch

from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.registry import build

SMALL: dict[str, dict[str, object]] = {
    "fast-cnn": {"width": 8, "depth": 3},
    "residual-cnn": {"width": 8},
    "resnet": {"blocks": 1, "width": 8},
    "wide-resnet": {"blocks": 1, "width": 4, "widen": 2},
    "backbone": {"architecture": "resnet-18"},
}
COLOR = PixelShape(channels=3, height=16, width=20)


def levels(shape: PixelShape = COLOR, rows: int = 6, *, seed: int = 0) -> torch.Tensor:
    """Random images as they are stored: channels last in memory."""
    size = (rows, shape.height, shape.width, shape.channels)
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=torch.Generator().manual_seed(seed)).permute(0, 3, 1, 2)


def started(name: str, shape: PixelShape = COLOR, *, outputs: int = 3, seed: int = 0, **settings: object) -> torch.nn.Module:
    """A small network of that architecture after its data-dependent start, as in evaluation."""
    net = build(Choice(name=name, settings={**SMALL[name], **settings}), shape, outputs, seed=seed)
    if hasattr(net, "initialize_"):
        net.initialize_(levels(shape, 40, seed=9), generator=torch.Generator().manual_seed(seed))
    return net.eval()
