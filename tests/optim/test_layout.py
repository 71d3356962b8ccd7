from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from luthier.optim import WeightLayout
from luthier.optim.sweep import blocks
from tests.optim.paths import LAYOUT, Role


def test_views_share_memory_with_the_matrix_and_flatten_undoes_them():
    flat = torch.arange(2.0 * LAYOUT.size).view(2, -1)

    views = LAYOUT.views(flat)
    views["head"].add_(1)

    assert views["head"].shape == (2, 2, 3)
    assert torch.equal(views["wide"][1], flat[1, :28].view(4, 7))
    assert flat[0, -1] == LAYOUT.size
    assert torch.equal(LAYOUT.flatten(views), flat)


def test_a_gradient_flows_through_the_views_to_the_matrix():
    flat = torch.ones(2, LAYOUT.size, requires_grad=True)

    LAYOUT.views(flat)["bias"].sum().backward()

    assert flat.grad.sum(dim=1).tolist() == [5, 5]
    assert flat.grad[:, 28:33].all()


def test_factors_and_decay_are_spread_over_the_columns_of_each_slot():
    layout = WeightLayout.from_shapes({"scale": (2,), "empty": (0, 3), "weight": (1, 3)}, {"scale": Role(learning_rate_factor=6.0, decays=False)})

    assert layout.learning_rate_factors().tolist() == [6, 6, 1, 1, 1]
    assert layout.decay_mask().tolist() == [0, 0, 1, 1, 1]
    assert layout.size == 5


def test_scalars_and_empty_parameters_have_their_place():
    layout = WeightLayout.from_shapes({"temperature": (), "empty": (0, 3), "bias": (2,)})
    flat = torch.tensor([[1.0, 2, 3], [4, 5, 6]])

    views = layout.views(flat)

    assert views["temperature"].tolist() == [1, 4]
    assert views["empty"].shape == (2, 0, 3)
    assert torch.equal(layout.flatten(views), flat)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.lists(st.tuples(st.sampled_from([0, 1, 7, 5_000, 90_000]), st.booleans(), st.sampled_from([0.1, 1.0])), min_size=1, max_size=5))
def test_blocks_cover_every_weight_once_with_its_own_factor_and_decay(members, parameters):
    shapes = {str(number): (size,) for number, (size, _, _) in enumerate(parameters)}
    roles = {str(number): Role(decays=decays, learning_rate_factor=factor) for number, (_, decays, factor) in enumerate(parameters)}
    layout = WeightLayout.from_shapes(shapes, roles)
    seen, factors, decays = (torch.zeros(members, layout.size) for _ in range(3))

    for block in blocks(layout, seen):
        visits, paces, decaying = block.cut(seen, factors, decays)
        visits += 1
        for run in block.paces:
            paces[:, run.columns] += run.factor
        for run in block.decaying:
            decaying[:, run.columns] += 1

    assert (seen == 1).all()
    assert torch.equal(factors, layout.learning_rate_factors().expand(members, -1))
    assert torch.equal(decays, layout.decay_mask().expand(members, -1))
