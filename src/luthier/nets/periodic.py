"""Periodic embeddings of numbers with biases, linear maps and the number itself (PBLD)."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid


class PeriodicEmbedding(nn.Module):
    """Each number x becomes (x, W2 cos(2 pi w1 x + b1) + b2).

    Source: RealMLP, arXiv 2407.04491 ("PBLD"), after the periodic embeddings of arXiv 2203.05556.

    Shape: [batch, numbers] to [batch, numbers * size].

    Args:
        numbers: continuous inputs.
        frequencies: cosines a number.
        size: numbers of a vector, the number itself included.
        sigma: spread of the frequencies at the start.
    """

    def __init__(self, numbers: int, *, frequencies: int, size: int, sigma: float) -> None:
        if size < 2:
            raise SettingInvalid(f"The vector of a periodic embedding holds the number itself and more, so its size must be 2 or more, but {size} came.")
        super().__init__()
        self.width = numbers * size
        limit = frequencies**-0.5
        self.frequency = nn.Parameter(sigma * torch.randn(numbers, frequencies))
        self.phase = nn.Parameter(torch.empty(numbers, frequencies).uniform_(-math.pi, math.pi))
        self.weight = nn.Parameter(torch.empty(numbers, frequencies, size - 1).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.empty(numbers, size - 1).uniform_(-limit, limit))

    def forward(self, numbers: Float[Tensor, "batch numbers"]) -> Float[Tensor, "batch features"]:
        waves = torch.cos(2 * math.pi * numbers.unsqueeze(-1) * self.frequency + self.phase)
        mixed = torch.bmm(waves.transpose(0, 1), self.weight).transpose(0, 1) + self.bias
        return torch.cat([numbers.unsqueeze(-1), mixed], dim=-1).flatten(1)
