from __future__ import annotations

from contextlib import nullcontext

import torch
from torch import Tensor, nn

from luthier.core.task import TaskKind
from luthier.fit.losses import member_losses
from luthier.fit.shards import Shards


def batch(rows: int = 10) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, rows, 1, 6, 6, generator=generator), torch.randint(3, (1, rows), generator=generator)


def network(*, normalized: bool = False) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), *([nn.BatchNorm2d(4)] if normalized else []), nn.GELU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4, 3))


def stacks(net: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    weights = {name: weight.detach()[None].clone().requires_grad_() for name, weight in net.named_parameters()}
    return weights, {name: buffer[None].clone() for name, buffer in net.named_buffers()}


def loss(outputs: Tensor, targets: Tensor) -> Tensor:
    return member_losses(TaskKind.MULTICLASS, outputs, targets, None)


def sharded(net: nn.Module, count: int, rows: int = 10) -> tuple[Tensor, list[Tensor], dict[str, Tensor]]:
    weights, buffers = stacks(net)
    images, targets = batch(rows)
    losses, gradients = Shards(net, count).gradients(weights, buffers, (images,), targets, loss=loss, precision=nullcontext)
    return losses, gradients, buffers


def test_the_gradients_of_parts_make_the_gradient_of_the_batch_also_where_the_parts_are_unequal() -> None:
    net, (images, targets) = network(), batch(7)
    value = loss(net(images[0])[None], targets)

    losses, gradients, _ = sharded(net, 2, rows=7)

    torch.testing.assert_close(losses, value)
    for mine, whole in zip(gradients, torch.autograd.grad(value.sum(), list(net.parameters())), strict=True):
        torch.testing.assert_close(mine[0], whole)


def test_the_same_parts_give_the_same_gradients_to_the_last_bit() -> None:
    _, first, _ = sharded(network(normalized=True), 3)
    _, second, _ = sharded(network(normalized=True), 3)

    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_running_statistics_are_the_mean_of_what_the_parts_saw() -> None:
    net, (images, _) = network(normalized=True), batch()

    _, _, buffers = sharded(net, 2)

    seen = [net[0](images[0, rows]).mean(dim=(0, 2, 3)) for rows in (slice(0, 5), slice(5, 10))]
    torch.testing.assert_close(buffers["1.running_mean"][0], 0.1 * (seen[0] + seen[1]) / 2)


class Whitened(nn.Module):
    """Two constants, one of them infinite, and a running mean."""

    whitening: Tensor
    seen: Tensor

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.register_buffer("whitening", torch.rand(50, generator=generator))
        self.register_buffer("mask", torch.tensor([0.0, -torch.inf, -0.0]))
        self.register_buffer("seen", torch.zeros(1))
        self.head = nn.Linear(36, 3)

    def forward(self, images: Tensor) -> Tensor:
        self.seen.lerp_(images.mean(), 0.1)
        return self.head(images.flatten(1)) * self.whitening.mean()


def test_constant_buffers_stay_what_they_are_to_the_last_bit_over_many_unequal_parts() -> None:
    net, (images, targets) = Whitened(), batch(7)
    weights, buffers = stacks(net)
    shards, before = Shards(net, 3), {name: buffers[name].clone() for name in ("whitening", "mask")}

    for _ in range(50):
        shards.gradients(weights, buffers, (images,), targets, loss=loss, precision=nullcontext)

    assert all(torch.equal(buffers[name].view(torch.int32), constant.view(torch.int32)) for name, constant in before.items())
    torch.testing.assert_close(buffers["seen"][0, 0], images.mean(), atol=0.02, rtol=0.0)
