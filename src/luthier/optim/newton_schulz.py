"""The nearest orthogonal matrix, roughly, by matrix products alone."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the quintic; they grow small singular values fastest and leave all near 1, between about 0.7 and 1.2.

Source: Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024.
"""


def orthogonalize(matrices: Float[Tensor, "batch height width"], *, steps: int = 5) -> Float[Tensor, "batch height width"]:
    """U S' V^T for each matrix U S V^T of the batch, all of S' near 1.

    In the precision of the input, where the published program rounds to bfloat16: members of a population must not differ from members alone.

    Args:
        matrices: a batch of matrices of one shape.
        steps: times the quintic is applied.

    Example:
        >>> matrix = torch.diag(torch.tensor([3.0, 1.0], dtype=torch.float64))
        >>> orthogonalize(matrix[None])[0].diagonal().round(decimals=1).tolist()
        [0.8, 1.1]
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.mT if tall else matrices
    x = x / torch.linalg.matrix_norm(x, keepdim=True).clamp(min=1e-7)
    first, third, fifth = COEFFICIENTS
    for _ in range(steps):
        gram = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=third, alpha=fifth), x, beta=first)
    return x.mT if tall else x
