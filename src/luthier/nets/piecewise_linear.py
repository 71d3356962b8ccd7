"""Piecewise-linear embeddings of numbers."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PiecewiseLinearEmbedding(nn.Module):
    """Each number becomes a learned vector that is a piecewise-linear function of it, bent at quantiles of the training rows.

    A linear part and a piecewise part are added; the piecewise part starts at zero, so that the network starts as one
    without it (version B of the authors' package `rtdl_num_embeddings`).

    Source: Gorishniy, Rubachev, Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning", arXiv 2203.05556.

    Shape: [batch, numbers] to [batch, numbers * size].

    Args:
        numbers: continuous inputs.
        bins: pieces; where the training rows have fewer different values some have no width and stay at zero.
        size: numbers of a vector.
    """

    left: Tensor
    slope: Tensor
    lowest: Tensor
    highest: Tensor

    def __init__(self, numbers: int, *, bins: int, size: int) -> None:
        super().__init__()
        self.width = numbers * size
        limit = size**-0.5
        self.linear = nn.Parameter(torch.empty(numbers, size).uniform_(-limit, limit))
        self.bias = nn.Parameter(torch.empty(numbers, size).uniform_(-limit, limit))
        self.pieces = nn.Parameter(torch.zeros(numbers, bins, size))
        for name in ("left", "slope", "lowest", "highest"):
            self.register_buffer(name, torch.zeros(numbers, bins))
        self.place_bins_(torch.linspace(-1, 1, bins + 1)[:, None].expand(-1, numbers))

    def forward(self, numbers: Float[Tensor, "batch numbers"]) -> Float[Tensor, "batch features"]:
        inside = (numbers.unsqueeze(-1) - self.left) * self.slope
        pieces = torch.minimum(torch.maximum(inside, self.lowest), self.highest)
        bent = torch.bmm(pieces.transpose(0, 1), self.pieces).transpose(0, 1)
        return (bent + numbers.unsqueeze(-1) * self.linear + self.bias).flatten(1)

    def place_bins_(self, sample: Float[Tensor, "rows numbers"]) -> None:
        """Put the edges of the bins at quantiles of some rows."""
        bins = self.left.shape[1]
        for column, values in enumerate(sample.T):
            edges = torch.unique(torch.quantile(values, torch.linspace(0, 1, bins + 1)))
            self._place(column, edges if len(edges) > 1 else edges + torch.tensor([-0.5, 0.5]))

    def _place(self, column: int, edges: Float[Tensor, " edges"]) -> None:
        """The first piece goes on to the left and the last one to the right; pieces without width stay flat at zero."""
        count = len(edges) - 1
        self.left[column, :count], self.left[column, count:] = edges[:-1], 0.0
        self.slope[column, :count], self.slope[column, count:] = 1 / (edges[1:] - edges[:-1]), 0.0
        self.lowest[column] = 0.0
        self.highest[column] = 1.0
        self.lowest[column, 0], self.highest[column, count - 1] = -torch.inf, torch.inf
