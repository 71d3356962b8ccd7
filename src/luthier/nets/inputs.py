"""InputEncoding: the first part of every network, from encoded rows to one vector of features."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid
from luthier.core.task import InputShape
from luthier.nets.categories import CategoryEncoding
from luthier.nets.periodic import PeriodicEmbedding
from luthier.nets.piecewise_linear import PiecewiseLinearEmbedding

EMBEDDINGS = ("none", "piecewise-linear", "periodic")


class InputEncoding(nn.Module):
    """Embedded numbers beside encoded categories.

    Args:
        shape: what a row looks like.
        embedding: how numbers are embedded: one of `EMBEDDINGS`.
        size: numbers of an embedded number.
        bins: pieces of a piecewise-linear embedding.
        frequencies: cosines of a periodic embedding.
        sigma: spread of these cosines' frequencies at the start.
    """

    def __init__(self, shape: InputShape, *, embedding: str = "none", size: int = 8, bins: int = 24, frequencies: int = 16, sigma: float = 0.1) -> None:
        super().__init__()
        self.numbers = _embedding(shape.numbers, embedding, size=size, bins=bins, frequencies=frequencies, sigma=sigma)
        self.categories = CategoryEncoding(shape.cardinalities)
        embedded = shape.numbers if self.numbers is None else self.numbers.width
        self.width = embedded + self.categories.width
        "Features that come out."
        self.chunks = (*[size if self.numbers is not None else 1] * shape.numbers, *self.categories.chunks)
        "Features that belong to one input."

    def forward(self, numbers: Float[Tensor, "batch numbers"], codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch features"]:
        embedded = numbers if self.numbers is None else self.numbers(numbers)
        return torch.cat([embedded, self.categories(codes)], dim=1)

    def initialize_(self, numbers: Float[Tensor, "rows numbers"]) -> None:
        """Place the bins of a piecewise-linear embedding at quantiles of some training rows."""
        if isinstance(self.numbers, PiecewiseLinearEmbedding):
            self.numbers.place_bins_(numbers)


def _embedding(numbers: int, name: str, *, size: int, bins: int, frequencies: int, sigma: float) -> PiecewiseLinearEmbedding | PeriodicEmbedding | None:
    if name not in EMBEDDINGS:
        raise SettingInvalid(f"The embedding of numbers must be one of {', '.join(EMBEDDINGS)}, but {name!r} came.")
    if name == "none" or numbers == 0:
        return None
    if name == "piecewise-linear":
        return PiecewiseLinearEmbedding(numbers, bins=bins, size=size)
    return PeriodicEmbedding(numbers, frequencies=frequencies, size=size, sigma=sigma)
