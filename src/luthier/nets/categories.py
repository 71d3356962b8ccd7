"""CategoryEncoding: codes to numbers, as one-hot columns where they are few and as learned vectors where they are many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class CategoryEncoding(nn.Module):
    """The categorical inputs of a network; code 0 (missing or unseen) is zero everywhere.

    Two levels become one number of +1 or -1, up to `one_hot_limit` levels become one column each, more become a vector of
    `embedding_size` numbers.

    Source: RealMLP, arXiv 2407.04491.

    Args:
        cardinalities: codes of each input, code 0 included.
        one_hot_limit: most levels that get a column each.
        embedding_size: numbers of a learned vector.
    """

    column: Tensor
    plus: Tensor
    minus: Tensor
    large: Tensor
    offset: Tensor

    def __init__(self, cardinalities: Sequence[int], *, one_hot_limit: int = 9, embedding_size: int = 8) -> None:
        super().__init__()
        levels = [cardinality - 1 for cardinality in cardinalities]
        large = [column for column, count in enumerate(levels) if count > one_hot_limit]
        signs = [sign for column, count in enumerate(levels) if count <= one_hot_limit for sign in _signs(column, count)]
        for name, values in zip(("column", "plus", "minus"), zip(*signs, strict=True) if signs else ((), (), ()), strict=True):
            self.register_buffer(name, torch.tensor(values, dtype=torch.long))
        ends = list(accumulate((cardinalities[column] for column in large), initial=0))
        self.register_buffer("large", torch.tensor(large, dtype=torch.long))
        self.register_buffer("offset", torch.tensor(ends[:-1], dtype=torch.long))
        self.vectors = nn.Embedding(ends[-1], embedding_size) if large else None
        sizes = [1 if count == 2 else count for count in levels if count <= one_hot_limit]
        self.chunks = (*sizes, *[embedding_size] * len(large))
        "Numbers that belong to one input, inputs in the order in which they come out."
        self.width = len(signs) + embedding_size * len(large)
        "Numbers that come out."

    def forward(self, codes: Int[Tensor, "batch codes"]) -> Float[Tensor, "batch features"]:
        chosen = codes.index_select(1, self.column)
        signs = (chosen == self.plus).float() - (chosen == self.minus).float()
        if self.vectors is None:
            return signs
        own = codes.index_select(1, self.large)
        vectors = self.vectors(own + self.offset) * (own > 0).unsqueeze(-1)
        return torch.cat([signs, vectors.flatten(1)], dim=1)


def _signs(column: int, levels: int) -> list[tuple[int, int, int]]:
    """(column, code of +1, code of -1) for each number that a small column becomes."""
    if levels == 2:
        return [(column, 2, 1)]
    return [(column, code, -1) for code in range(1, levels + 1)]
