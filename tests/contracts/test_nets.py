"""Laws that every architecture for tables keeps, with each embedding of numbers that it offers and for each shape of a row."""

from __future__ import annotations

import pytest
import torch
from torch.func import functional_call, stack_module_state, vmap

from luthier.core.recipe import Choice
from luthier.core.task import InputShape
from luthier.nets import build, roles
from luthier.nets.inputs import EMBEDDINGS
from luthier.nets.registry import architectures_that_see

ARCHITECTURES = architectures_that_see(InputShape)
ROWS = 24
SHAPES = {
    "mixed": InputShape(numbers=5, cardinalities=(3, 6, 15, 2)),
    "only-numbers": InputShape(numbers=4),
    "only-codes": InputShape(numbers=0, cardinalities=(3, 40)),
}
SMALL = {"width": 32, "bins": 8}
CHOICES = {f"{name}-{embedding}": Choice(name=name, settings={"embedding": embedding, **SMALL}) for name in ARCHITECTURES for embedding in EMBEDDINGS}

every_choice = pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
every_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
every_architecture = pytest.mark.parametrize("name", ARCHITECTURES)


def _rows(shape: InputShape, rows: int = ROWS, *, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.randn(rows, shape.numbers, generator=generator)
    codes = [torch.randint(0, count, (rows,), generator=generator) for count in shape.cardinalities]
    return numbers, torch.stack(codes, dim=1) if codes else torch.zeros(rows, 0, dtype=torch.long)


def _started(choice: Choice, shape: InputShape, *, outputs: int = 3, seed: int = 0) -> torch.nn.Module:
    net = build(choice, shape, outputs, seed=seed)
    net.initialize_(*_rows(shape, 200, seed=9), generator=torch.Generator().manual_seed(seed))
    return net.eval()


def _one_step(net: torch.nn.Module, optimizer: torch.optim.Optimizer, rows: tuple, target: torch.Tensor) -> float:
    predictions = net(*rows)
    members = predictions if predictions.dim() == 3 else predictions.unsqueeze(1)
    loss = torch.nn.functional.cross_entropy(members.flatten(0, 1), target.repeat_interleave(members.shape[1]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


@every_choice
def test_the_same_seed_gives_the_same_weights_and_another_seed_gives_others(choice):
    first, second, other = (_started(choice, SHAPES["mixed"], seed=seed).state_dict() for seed in (3, 3, 4))

    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@every_architecture
def test_building_leaves_the_global_random_numbers_as_they_were(name):
    before = torch.get_rng_state()

    _started(Choice(name=name, settings=SMALL), SHAPES["mixed"])

    assert torch.equal(torch.get_rng_state(), before)


@every_shape
@every_choice
def test_members_that_are_stacked_answer_as_they_do_alone(choice, shape):
    nets = [_started(choice, shape, seed=seed) for seed in range(2)]
    numbers, codes = (torch.stack(parts) for parts in zip(_rows(shape, seed=1), _rows(shape, seed=2), strict=True))

    stacked = vmap(lambda *state_and_rows: functional_call(nets[0], state_and_rows[:2], state_and_rows[2:]))(*stack_module_state(nets), numbers, codes)

    alone = torch.stack([net(numbers[member], codes[member]) for member, net in enumerate(nets)])
    torch.testing.assert_close(stacked, alone, rtol=1e-5, atol=1e-5)


@every_choice
def test_members_that_are_stacked_learn_what_they_learn_alone(choice):
    shape = SHAPES["mixed"]
    nets, (numbers, codes) = [_started(choice, shape, seed=seed).train() for seed in range(2)], _rows(shape)
    for module in [module for net in nets for module in net.modules() if hasattr(module, "rate")]:
        module.rate.zero_()  # the noise of dropout is drawn anew in every call
    weights, buffers = stack_module_state(nets)

    def call(weights: dict, buffers: dict) -> torch.Tensor:
        return functional_call(nets[0], (weights, buffers), (numbers, codes)).square().mean()

    vmap(call, randomness="same")(weights, buffers).sum().backward()
    for net in nets:
        net(numbers, codes).square().mean().backward()
    for name, stack in weights.items():
        alone = torch.stack([dict(net.named_parameters())[name].grad for net in nets])
        torch.testing.assert_close(stack.grad, alone, rtol=1e-4, atol=1e-5)


@every_shape
@every_choice
def test_a_row_gets_the_same_answer_in_any_order_and_batch(choice, shape):
    net, (numbers, codes) = _started(choice, shape), _rows(shape)
    order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(1))

    whole = net(numbers, codes)

    torch.testing.assert_close(net(numbers[order], codes[order]), whole[order], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(torch.cat([net(numbers[:1], codes[:1]), net(numbers[1:], codes[1:])]), whole, rtol=1e-5, atol=1e-5)


@every_choice
def test_one_batch_can_be_learned_by_heart(choice):
    net, rows = _started(choice, SHAPES["mixed"]).train(), _rows(SHAPES["mixed"])
    target = torch.arange(ROWS) % 3
    torch.manual_seed(0)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)

    losses = [_one_step(net, optimizer, rows, target) for _ in range(80)]

    assert losses[-1] < 0.1 < losses[0]


@every_choice
def test_neither_inputs_nor_buffers_are_changed_by_a_call(choice):
    net, (numbers, codes) = _started(choice, SHAPES["mixed"]).train(), _rows(SHAPES["mixed"])
    before = [tensor.clone() for tensor in (numbers, codes, *net.buffers())]

    net(numbers, codes)

    assert all(torch.equal(tensor, copy) for tensor, copy in zip((numbers, codes, *net.buffers()), before, strict=True))


@every_choice
def test_starting_from_rows_leaves_them_as_they_are(choice):
    net, (numbers, codes) = build(choice, SHAPES["mixed"], 1, seed=0), _rows(SHAPES["mixed"])
    copies = numbers.clone(), codes.clone()

    net.initialize_(numbers, codes, generator=torch.Generator().manual_seed(0))

    assert torch.equal(numbers, copies[0])
    assert torch.equal(codes, copies[1])


@every_shape
@every_choice
def test_a_category_never_seen_and_a_number_far_out_give_a_finite_answer(choice, shape):
    net, (numbers, codes) = _started(choice, shape), _rows(shape)

    assert net(numbers.sign() * 3, torch.zeros_like(codes)).isfinite().all()


@every_choice
def test_a_start_from_a_single_row_or_from_constant_columns_is_finite(choice):
    shape = InputShape(numbers=3, cardinalities=(4,))
    for rows in (1, 50):
        net = build(choice, shape, 1, seed=0)
        sample = torch.ones(rows, 3), torch.ones(rows, 1, dtype=torch.long)

        net.initialize_(*sample, generator=torch.Generator().manual_seed(0))

        assert net(*_rows(shape)).isfinite().all()


@every_shape
@every_architecture
@pytest.mark.parametrize("outputs", [1, 3])
def test_the_answer_has_one_number_an_output(name, shape, outputs):
    answer = _started(Choice(name=name, settings=SMALL), shape, outputs=outputs)(*_rows(shape))

    assert (answer.shape[0], answer.shape[-1]) == (ROWS, outputs)


@every_choice
def test_every_parameter_has_a_role_and_biases_do_not_decay(choice):
    net = build(choice, SHAPES["mixed"], 2, seed=0)
    known = roles(net)

    assert known.keys() == dict(net.named_parameters()).keys()
    assert not any(role.decays for name, role in known.items() if name.split(".")[0] in ("hidden", "blocks", "head", "head_bias") and name.endswith("bias"))
    assert all(parameter.dim() == 2 for name, parameter in net.named_parameters() if known[name].is_matrix)


@every_architecture
def test_the_layers_between_input_and_head_are_matrices_for_muon(name):
    known = roles(build(Choice(name=name, settings=SMALL), SHAPES["mixed"], 2, seed=0))

    matrices = {parameter for parameter, role in known.items() if role.is_matrix}

    assert len(matrices) >= 2
    assert not any(parameter.startswith(("head", "inputs", "scal")) for parameter in matrices)
