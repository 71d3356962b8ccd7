"""Piecewise-linear embeddings of numbers."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

NARROWEST_BIN = 1e-3
"Quantiles nearer than this share one edge: the last digit of an input must not decide a prediction."


class PiecewiseLinearEmbedding(nn.Module):
    """Each number becomes a learned vector that is a piecewise-linear function of it, bent at quantiles of the training rows.

    A linear part and a piecewise part are added; the piecewise part starts at zero, so that the network starts as one
    without it (version B of the authors' package `rtdl_num_embeddings`). Beyond the outermost edges the linear part goes on
    alone: the package lets the outermost pieces go on too, and a narrow one would run away with a number never seen.

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
        # The number itself and a 1 stand behind the pieces, so that one product makes the vector: slope 1 without bounds, and both bounds 1.
        tails = torch.tensor([[0.0, 0.0], [1.0, 0.0], [-torch.inf, 1.0], [torch.inf, 1.0]])
        pieces = torch.tensor([0.0, 0.0, 0.0, 1.0])[:, None].expand(-1, bins)
        for name, row in zip(("left", "slope", "lowest", "highest"), torch.cat([pieces, tails], dim=1), strict=True):
            self.register_buffer(name, row.repeat(numbers, 1))
        self.weight = nn.Parameter(torch.zeros(numbers, bins + 2, size))
        nn.init.uniform_(self.weight[:, bins:], -(size**-0.5), size**-0.5)
        self.place_bins_(torch.linspace(-1, 1, bins + 1)[:, None].expand(-1, numbers))

    @property
    def bins(self) -> int:
        """Pieces of a number."""
        return self.left.shape[1] - 2

    def forward(self, numbers: Float[Tensor, "batch numbers"]) -> Float[Tensor, "batch features"]:
        pieces = torch.clamp((numbers.unsqueeze(-1) - self.left) * self.slope, self.lowest, self.highest)
        return torch.bmm(pieces.transpose(0, 1), self.weight).transpose(0, 1).flatten(1)

    def place_bins_(self, sample: Float[Tensor, "rows numbers"]) -> None:
        """Put the edges of the bins at quantiles of some rows."""
        for column, values in enumerate(sample.T):
            edges = _edges(values, self.bins)
            count = len(edges) - 1
            self.left[column, :count], self.left[column, count:-2] = edges[:-1], 0.0
            self.slope[column, :count], self.slope[column, count:-2] = 1 / edges.diff(), 0.0


def _edges(values: Float[Tensor, " rows"], bins: int) -> Float[Tensor, " edges"]:
    """At most bins + 1 edges at quantiles; where one value is so frequent that quantiles fall together, the spare edges go to the rarer values."""
    edges = _apart(torch.quantile(values, torch.linspace(0, 1, bins + 1, device=values.device)))
    spare = bins + 1 - len(edges)
    shares = torch.linspace(0, 1, spare + 2, device=values.device)[1:-1]
    rarer = torch.quantile(values.unique(), shares, interpolation="nearest")
    return _apart(torch.cat([edges, rarer]).sort().values)


def _apart(quantiles: Float[Tensor, " quantiles"]) -> Float[Tensor, " edges"]:
    """Those at least `NARROWEST_BIN` above the one kept before: one edge, and so no bin, where all are the same."""
    edges: list[float] = []
    for edge in quantiles.tolist():
        if not edges or edge - edges[-1] >= NARROWEST_BIN:
            edges.append(edge)
    return quantiles.new_tensor(edges)
