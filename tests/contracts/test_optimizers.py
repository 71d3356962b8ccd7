"""Laws that every optimizer keeps, whatever its steps are."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from luthier.core.recipe import Choice
from luthier.optim import OPTIMIZERS, WeightLayout, build_optimizer, select_members, stack_optimizers

MEMBERS = 3
RATES = torch.tensor([[0.01], [0.03], [0.02]], dtype=torch.float64)
DECAYS = torch.tensor([[0.0], [0.3], [0.1]], dtype=torch.float64)


class Role:
    def __init__(self, *, factor: float = 1.0, decays: bool = True, is_matrix: bool = False) -> None:
        self.learning_rate_factor, self.decays, self.is_matrix = factor, decays, is_matrix


def _layout(**roles: Role) -> WeightLayout:
    return WeightLayout.from_shapes({"hidden": (4, 6), "bias": (4,), "second": (6, 4), "head": (2, 3)}, roles)


LAYOUT = _layout(hidden=Role(is_matrix=True), bias=Role(factor=0.1, decays=False), second=Role(is_matrix=True, factor=2.0))
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def _different_members(name: str) -> list:
    """Optimizers that differ in every setting that may differ."""
    numbers = [field for field in fields(OPTIMIZERS[name]) if field.type == "Hyperparameter"]
    return [
        build_optimizer(Choice(name=name, settings={field.name: (field.default or 0.5) * (1 - 0.1 * member) for field in numbers})) for member in range(MEMBERS)
    ]


def _weights(dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(MEMBERS, LAYOUT.size, dtype=dtype, generator=torch.Generator().manual_seed(0))


def _slope(weights: torch.Tensor, step: int) -> torch.Tensor:
    columns = torch.arange(weights.shape[1], dtype=weights.dtype)
    return (0.5 + columns % 3) * weights + 0.2 * torch.sin((step + 1) * (columns + 1))


def _advance_(optimizer, weights, state, steps, *, rates=RATES, decays=DECAYS, layout=LAYOUT, slope=_slope):
    for step in steps:
        optimizer.step_(weights, slope(weights, step), state, learning_rate=rates, weight_decay=decays, layout=layout)
    return optimizer.weights_to_judge(weights, state)


@every_optimizer
def test_a_member_alone_walks_as_it_does_among_members_with_other_settings(name):
    members, together = _different_members(name), _weights()
    optimizer = stack_optimizers(members)
    reached = _advance_(optimizer, together, optimizer.start(together), range(20))

    for member, alone in enumerate(members):
        row = _weights()[member : member + 1]
        expected = _advance_(alone, row, alone.start(row), range(20), rates=RATES[member : member + 1], decays=DECAYS[member : member + 1])
        torch.testing.assert_close(reached[member : member + 1], expected, rtol=0, atol=1e-12)


@every_optimizer
def test_dropping_members_halfway_changes_nothing_for_those_that_go_on(name):
    optimizer, keep = stack_optimizers(_different_members(name)), torch.tensor([2, 0])
    whole, cut = _weights(), _weights()
    expected = _advance_(optimizer, whole, optimizer.start(whole), range(12))[keep]

    state = optimizer.start(cut)
    _advance_(optimizer, cut, state, range(6))
    survivors, kept = cut[keep], {key: tensor[keep] for key, tensor in state.items()}
    reached = _advance_(select_members(optimizer, keep), survivors, kept, range(6, 12), rates=RATES[keep], decays=DECAYS[keep])

    torch.testing.assert_close(reached, expected, rtol=0, atol=1e-12)


@every_optimizer
def test_the_same_start_gives_the_same_walk_to_the_last_bit(name):
    optimizer, first, second = stack_optimizers(_different_members(name)), _weights(torch.float32), _weights(torch.float32)

    reached = [_advance_(optimizer, weights, optimizer.start(weights), range(5)) for weights in (first, second)]

    assert torch.equal(*reached)


@every_optimizer
def test_a_step_leaves_the_gradients_as_they_are_and_moves_in_place(name):
    optimizer, weights, gradients = stack_optimizers(_different_members(name)), _weights(), _slope(_weights(), 0)
    state, place = optimizer.start(weights), weights.data_ptr()

    _advance_(optimizer, weights, state, range(1), slope=lambda weights, step: gradients)

    assert torch.equal(gradients, _slope(_weights(), 0))
    assert weights.data_ptr() == place
    assert not torch.equal(weights, _weights())


@every_optimizer
def test_a_member_that_diverged_does_not_touch_the_others(name):
    optimizer, sound, ill = stack_optimizers(_different_members(name)), _weights(), _weights()
    ill[1, 5] = torch.nan

    expected = _advance_(optimizer, sound, optimizer.start(sound), range(5))
    reached = _advance_(optimizer, ill, optimizer.start(ill), range(5))

    assert reached[1].isnan().any()
    torch.testing.assert_close(reached[[0, 2]], expected[[0, 2]], rtol=0, atol=1e-12)


@every_optimizer
def test_a_slot_moves_as_if_the_whole_learning_rate_were_multiplied_by_its_factor(name):
    slowed = _layout(hidden=Role(is_matrix=True, factor=0.25), head=Role(factor=0.25))
    plain = _layout(hidden=Role(is_matrix=True))
    optimizer, by_factor, by_rate = stack_optimizers(_different_members(name)), _weights(), _weights()

    by_factor = LAYOUT.views(_advance_(optimizer, by_factor, optimizer.start(by_factor), range(8), layout=slowed))
    by_rate = LAYOUT.views(_advance_(optimizer, by_rate, optimizer.start(by_rate), range(8), layout=plain, rates=RATES / 4))

    torch.testing.assert_close(by_factor["hidden"], by_rate["hidden"], rtol=0, atol=1e-12)
    torch.testing.assert_close(by_factor["head"], by_rate["head"], rtol=0, atol=1e-12)
    assert not torch.allclose(by_factor["second"], by_rate["second"])


@every_optimizer
def test_a_slot_with_factor_zero_stands_still(name):
    frozen = _layout(hidden=Role(is_matrix=True, factor=0.0), bias=Role(factor=0.0))
    optimizer, weights = stack_optimizers(_different_members(name)), _weights()

    reached = LAYOUT.views(_advance_(optimizer, weights, optimizer.start(weights), range(4), layout=frozen))

    start = LAYOUT.views(_weights())
    assert torch.equal(reached["hidden"], start["hidden"])
    assert torch.equal(reached["bias"], start["bias"])
    assert not torch.equal(reached["head"], start["head"])


@every_optimizer
def test_weight_decay_alone_shrinks_the_decaying_slots_of_the_decaying_members_and_moves_nothing_else(name):
    optimizer, weights = stack_optimizers(_different_members(name)), _weights()

    reached = LAYOUT.views(_advance_(optimizer, weights, optimizer.start(weights), range(3), slope=lambda weights, step: torch.zeros_like(weights)))

    for slot, start in LAYOUT.views(_weights()).items():
        shrunk = (reached[slot].flatten(1).norm(dim=1) < 0.9999 * start.flatten(1).norm(dim=1)).tolist()
        assert shrunk == ([False] * 3 if slot == "bias" else [False, True, True])
        torch.testing.assert_close(reached[slot][0], start[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(reached["bias"], LAYOUT.views(_weights())["bias"], rtol=0, atol=1e-12)


@every_optimizer
def test_a_learning_rate_of_zero_moves_nothing(name):
    optimizer, weights = stack_optimizers(_different_members(name)), _weights()

    reached = _advance_(optimizer, weights, optimizer.start(weights), range(3), rates=torch.zeros_like(RATES))

    torch.testing.assert_close(reached, _weights(), rtol=0, atol=1e-12)


@every_optimizer
def test_default_settings_in_float32_go_down_a_quadratic_bowl_and_stay_finite(name):
    optimizer, weights = stack_optimizers([build_optimizer(Choice(name=name))] * MEMBERS), _weights(torch.float32)
    before = weights.square().sum(dim=1)

    reached = _advance_(optimizer, weights, optimizer.start(weights), range(500), decays=DECAYS * 0, slope=lambda weights, step: weights.clone())

    assert reached.isfinite().all()
    assert (reached.square().sum(dim=1) < 0.1 * before).all()


@every_optimizer
def test_every_tensor_of_the_state_has_the_members_axis_first(name):
    weights = _weights(torch.float32)

    state = stack_optimizers(_different_members(name)).start(weights)

    assert all(tensor.ndim == 2 and len(tensor) == MEMBERS for tensor in state.values())
