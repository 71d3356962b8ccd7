from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.optim import Muon, WeightLayout, orthogonalize
from tests.optim.paths import DECAYS, LAYOUT, RATES, Role, slope, stacked, start_weights, torch_walk, walk

HIDDEN = WeightLayout.from_shapes({"wide": (6, 24), "tall": (24, 6)}, {"wide": Role(is_matrix=True), "tall": Role(is_matrix=True, decays=False)})


def _newton_schulz(matrix):
    x = matrix / matrix.norm()
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x


def _plain_muon(row, *, rate, decay, momentum, ratio, steps=25):
    """Muon as published, one matrix at a time, scaled to the root mean square of AdamW."""
    weights = {slot.name: row[slice(*slot.span)].view(slot.shape).clone() for slot in LAYOUT.matrices}
    means = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for step in range(steps):
        for slot in LAYOUT.matrices:
            weight, gradient = weights[slot.name], slope(weights[slot.name], step, torch.arange(*slot.span).view(slot.shape))
            mean = means[slot.name] = momentum * means[slot.name] + (1 - momentum) * gradient
            update = _newton_schulz((1 - momentum) * gradient + momentum * mean)
            weights[slot.name] = weight * (1 - rate * ratio * decay) - rate * ratio * 0.2 * max(slot.shape) ** 0.5 * update
    return weights


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-11), (torch.float32, 1e-5)], ids=["float64", "float32"])
def test_the_matrices_of_two_members_take_the_published_steps(dtype, tolerance):
    settings = ({"momentum": 0.95, "learning_rate_ratio": 3.0}, {"momentum": 0.5, "learning_rate_ratio": 0.5})
    weights = start_weights(2, dtype=dtype)

    reached = walk(stacked("muon", settings), weights)

    for member, (momentum, ratio) in enumerate([(0.95, 3.0), (0.5, 0.5)]):
        expected = _plain_muon(weights[member], rate=RATES[member], decay=DECAYS[member], momentum=momentum, ratio=ratio)
        for slot in LAYOUT.matrices:
            torch.testing.assert_close(reached[member, slice(*slot.span)].view(slot.shape), expected[slot.name], rtol=0, atol=tolerance)


def test_everything_but_the_matrices_takes_the_steps_of_adamw():
    weights = start_weights(2)

    by_muon = walk(stacked("muon", [{"beta2": 0.95}] * 2), weights)
    by_adamw = walk(stacked("adamw", [{"beta2": 0.95}] * 2), weights)

    for slot in LAYOUT.slots:
        same = torch.equal(by_muon[:, slice(*slot.span)], by_adamw[:, slice(*slot.span)])
        assert same is not slot.is_matrix


@pytest.mark.parametrize(("scale", "name"), [("original", "original"), ("match-rms", "match_rms_adamw")])
def test_the_walk_is_that_of_torch_up_to_its_rounding_to_bfloat16(scale, name):
    weights = start_weights(1, size=HIDDEN.size, dtype=torch.float32)

    reached = walk(stacked("muon", [{"scale": scale}]), weights, rates=[0.01], decays=[0.1], layout=HIDDEN)[0]

    expected = torch_walk(lambda groups: torch.optim.Muon(groups, adjust_lr_fn=name), weights[0], rate=0.01, decay=0.1, layout=HIDDEN)
    moved = (expected - weights[0]).norm()
    assert (reached - expected).norm() < 0.03 * moved


@pytest.mark.parametrize("shape", [(5, 5), (4, 9), (9, 4)])
def test_orthogonalized_matrices_keep_their_directions_and_have_singular_values_near_one(shape):
    matrices = torch.randn(3, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))

    near = orthogonalize(matrices, steps=8)

    u, _, vh = torch.linalg.svd(matrices, full_matrices=False)
    inner = u.mT @ near @ vh.mT
    values = inner.diagonal(dim1=1, dim2=2)
    torch.testing.assert_close(inner, torch.diag_embed(values), rtol=0, atol=1e-10)
    assert values.min() > 0.6
    assert values.max() < 1.25


def test_a_convolution_filter_is_stepped_as_the_matrix_of_its_outputs():
    filters = WeightLayout.from_shapes({"wide": (6, 2, 3, 4), "tall": (24, 1, 6)}, {"wide": Role(is_matrix=True), "tall": Role(is_matrix=True, decays=False)})
    weights = start_weights(2, size=HIDDEN.size)

    as_filters, as_matrices = (walk(stacked("muon", [{}] * 2), weights, layout=layout) for layout in (filters, HIDDEN))

    assert torch.equal(as_filters, as_matrices)


def test_an_unknown_scale_and_no_steps_are_refused():
    with pytest.raises(SettingInvalid, match=r"^scale must be 'match-rms' or 'original', but 'rms' came\.$"):
        Muon(scale="rms")
    with pytest.raises(SettingInvalid, match=r"^steps must be 1 or more, but 0 came\.$"):
        Muon(steps=0)
