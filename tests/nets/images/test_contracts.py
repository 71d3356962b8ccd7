"""Laws that every architecture for images keeps."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch.func import functional_call

from luthier.core.task import PixelShape
from luthier.nets.registry import architectures_that_see
from tests.nets.images.images import SMALL, levels, started

every_net = pytest.mark.parametrize("name", architectures_that_see(PixelShape))
every_own_net = pytest.mark.parametrize("name", [name for name in architectures_that_see(PixelShape) if name != "backbone"])


def test_every_architecture_for_images_is_tried_here():
    assert set(SMALL) == set(architectures_that_see(PixelShape))


@every_net
def test_the_same_seed_gives_the_same_net_and_leaves_the_global_random_numbers_as_they_were(name):
    before = torch.get_rng_state()

    first, second, other = (started(name, seed=seed).state_dict() for seed in (3, 3, 4))

    assert all(torch.equal(first[key], second[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)
    assert torch.equal(torch.get_rng_state(), before)


@every_net
def test_an_image_gets_the_same_answer_in_any_order_and_batch(name):
    net, images = started(name), levels()
    order = torch.tensor([3, 1, 5, 0, 2, 4])

    whole = net(images)

    torch.testing.assert_close(net(images[order]), whole[order], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(torch.cat([net(images[:1]), net(images[1:])]), whole, rtol=1e-5, atol=1e-5)


@every_net
@pytest.mark.parametrize("outputs", [1, 4])
def test_images_of_any_size_get_one_number_an_output(name, outputs):
    net = started(name, outputs=outputs)

    for side in ((12, 12), (5, 9), (40, 24)):
        answer = net(levels(PixelShape(channels=3, height=side[0], width=side[1]), 2))

        assert answer.shape == (2, outputs)
        assert answer.isfinite().all()


@every_net
def test_levels_and_shares_of_light_get_the_same_answer(name):
    net, images = started(name), levels()

    torch.testing.assert_close(net(images.float() / 255), net(images), rtol=1e-4, atol=1e-5)


@every_net
def test_with_mirror_the_answer_is_the_mean_over_both_images_in_evaluation_alone(name):
    plain, both, images = started(name), started(name, mirror=True), levels()

    torch.testing.assert_close(both(images), (plain(images) + plain(images.flip(-1))) / 2, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(both.train()(images), plain.train()(images))


@every_net
def test_a_call_changes_neither_images_nor_in_evaluation_the_net(name):
    net, images = started(name), levels()
    before = [tensor.clone() for tensor in (images, *net.buffers())]

    net(images)

    assert all(torch.equal(tensor, copy) for tensor, copy in zip((images, *net.buffers()), before, strict=True))


@every_own_net
def test_sixteen_images_can_be_learned_by_heart(name):
    net, images, target = started(name).train(), levels(rows=16), torch.arange(16) % 3
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)

    for _ in range(30):
        loss = F.cross_entropy(net(images), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    assert loss.item() < 0.1


@every_net
def test_a_step_under_autocast_moves_the_running_statistics_that_the_call_was_made_with(name):
    """As the engine calls it: a stack of one, weights that are views of one row, images with their channels last."""
    net, images = started(name).train(), levels()[None]
    flat = torch.cat([parameter.detach().flatten() for parameter in net.parameters()])
    parts = flat.split([parameter.numel() for parameter in net.parameters()])
    leaves = {key: part.view(old.shape).detach().requires_grad_() for part, (key, old) in zip(parts, net.named_parameters(), strict=True)}
    stacks = {key: buffer[None].clone() for key, buffer in net.named_buffers()}
    own = {key: buffer.clone() for key, buffer in net.named_buffers()}

    with torch.autocast("cpu", torch.bfloat16):
        logits = functional_call(net, (leaves, {key: stack[0] for key, stack in stacks.items()}), (images[0],))
    gradients = torch.autograd.grad(logits.square().mean(), list(leaves.values()))

    assert logits.dtype == torch.float32
    assert all(gradient.isfinite().all() for gradient in gradients)
    assert all(torch.equal(buffer, own[key]) for key, buffer in net.named_buffers())
    assert all(torch.equal(stack[0], own[key]) == ("running" not in key) for key, stack in stacks.items())


@every_net
def test_all_state_is_floating(name):
    assert all(tensor.dtype == torch.float32 for tensor in started(name).state_dict().values())


@every_net
def test_filters_over_all_channels_are_matrices_and_vectors_do_not_decay(name):
    net = started(name)
    roles, shapes = net.roles(), {key: parameter.shape for key, parameter in net.named_parameters()}

    assert roles.keys() == shapes.keys()
    assert {key for key, role in roles.items() if role.decays} == {key for key, shape in shapes.items() if len(shape) > 1}
    assert {key for key, role in roles.items() if role.is_matrix} == {key for key, shape in shapes.items() if len(shape) == 4 and shape[1] > 1}
