"""Random numbers of a batch: all from one generator, wherever it lives, put where the images are."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor


def uniform(low: float, high: float, like: Tensor, generator: torch.Generator) -> Float[Tensor, " batch"]:
    """A number an image, evenly between two."""
    return torch.rand(len(like), generator=generator, device=generator.device).mul_(high - low).add_(low).to(like.device)


def whole(low: int, high: int, like: Tensor, generator: torch.Generator) -> Int[Tensor, " batch"]:
    """A whole number an image, from `low` to `high`, both included."""
    return torch.randint(low, high + 1, (len(like),), generator=generator, device=generator.device).to(like.device)


def by_sign(amounts: Float[Tensor, " batch"], generator: torch.Generator) -> Float[Tensor, " batch"]:
    """Each amount with a random sign."""
    return torch.where(whole(0, 1, amounts, generator) == 1, amounts, -amounts)


def noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Even noise of the same shape and type: 0 to 255 in whole numbers, or 0 to 1."""
    words = torch.empty(like.numel() // 8 + 1, dtype=torch.int64, device=generator.device)
    levels = words.random_(-(2**63), None, generator=generator).view(torch.uint8)[: like.numel()].view(like.shape).to(like.device)  # eight a draw
    return levels if like.dtype == torch.uint8 else levels.to(like.dtype).div_(255)


def host_rng(generator: torch.Generator) -> np.random.Generator:
    """A NumPy generator for what is drawn once a batch."""
    return np.random.default_rng(int(torch.randint(2**63 - 1, (), generator=generator, device=generator.device)))
