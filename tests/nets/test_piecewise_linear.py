from __future__ import annotations

import pytest
import torch
from torch import Tensor

from luthier.nets import PiecewiseLinearEmbedding
from luthier.nets.piecewise_linear import NARROWEST_BIN


def _placed(sample: Tensor, *, bins: int = 6, size: int = 3) -> PiecewiseLinearEmbedding:
    torch.manual_seed(0)
    embedding = PiecewiseLinearEmbedding(sample.shape[1], bins=bins, size=size)
    embedding.place_bins_(sample)
    torch.nn.init.normal_(embedding.weight)
    return embedding


def _plainly(embedding: PiecewiseLinearEmbedding, value: float, column: int, edges: list[float]) -> Tensor:
    """Bin by bin, as the paper writes it."""
    shares = [min(max((value - low) / (high - low), 0.0), 1.0) for low, high in zip(edges, edges[1:], strict=False)]
    weight = embedding.weight[column]
    pieces = sum(share * weight[place] for place, share in enumerate(shares))
    return pieces + value * weight[embedding.bins] + weight[embedding.bins + 1]


@pytest.mark.parametrize("value", [-9.0, 0.0, 0.3, 2.5, 5.9, 6.0, 40.0])
def test_a_vector_is_the_sum_of_the_covered_shares_of_the_bins_and_a_linear_part(value):
    embedding = _placed(torch.arange(7.0)[:, None].repeat(1, 2))

    vectors = embedding(torch.full((1, 2), value)).unflatten(1, (2, 3))[0]

    expected = torch.stack([_plainly(embedding, value, column, [0, 1, 2, 3, 4, 5, 6]) for column in range(2)])
    torch.testing.assert_close(vectors, expected)


def test_at_the_start_only_the_linear_part_acts():
    embedding = PiecewiseLinearEmbedding(2, bins=8, size=4)

    here, there, middle = (embedding(torch.tensor([[x, x]])) for x in (-1.0, 1.0, 0.0))

    torch.testing.assert_close((here + there) / 2, middle)


def test_edges_are_quantiles_of_the_rows():
    rows = torch.linspace(0, 3, 75)[:, None] ** 2

    embedding = _placed(rows, bins=4)

    widths = 1 / embedding.slope[0, :4]
    torch.testing.assert_close(embedding.left[0, :4] + widths, torch.quantile(rows[:, 0], torch.tensor([0.25, 0.5, 0.75, 1.0])))


def test_spare_edges_of_a_column_that_is_mostly_one_value_go_to_its_rarer_values():
    rows = torch.cat([torch.zeros(900), torch.linspace(1, 100, 100)])[:, None]

    embedding = _placed(rows, bins=8)

    assert embedding.slope[0, :-2].count_nonzero() == 8
    assert (embedding.left[0, :-2] > 10).sum() >= 5


def test_equal_quantiles_give_pieces_without_effect_and_no_nan():
    rows = torch.tensor([0.0] * 90 + [1.0] * 10)[:, None]
    embedding = _placed(rows, bins=8)

    embedding(rows).sum().backward()

    used = embedding.weight.grad[0, :-2].abs().sum(dim=1) > 0
    assert used.tolist() == [True] + [False] * 7
    assert embedding.weight.grad.isfinite().all()


def test_no_piece_is_steeper_than_the_narrowest_bin_allows():
    rows = torch.cat([torch.zeros(50), torch.full((50,), 1e-7), torch.linspace(0, 2, 30)])[:, None]

    embedding = _placed(rows, bins=16)

    assert embedding.slope.max() <= 1 / NARROWEST_BIN


def test_bins_can_be_placed_again_with_fewer_values():
    embedding = _placed(torch.arange(20.0)[:, None], bins=5)

    embedding.place_bins_(torch.tensor([[0.0], [1.0]] * 9))

    assert embedding.slope[0, :-2].count_nonzero() == 1
