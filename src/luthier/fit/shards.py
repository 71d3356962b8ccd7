"""Shards: the batch of one network divided among the cores, each part forwards and backwards in a thread of its own.

Two threads inside each convolution wait for each other hundreds of times a step; two parts of a batch wait once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import TypeAlias

import torch
from torch import Tensor, nn
from torch.func import functional_call

Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""(outputs [1, batch, classes], targets [1, batch, ...]) -> mean loss [1]."""


class Shards:
    """Gradients of one network whose batch is divided; normalizations see the statistics of their own part.

    The same parts give the same gradients to the last bit, however the threads run.
    """

    def __init__(self, net: nn.Module, count: int) -> None:
        self._nets = [copy.deepcopy(net) for _ in range(count)]  # a call with other weights changes a module while it lasts
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="shard", initializer=torch.set_num_threads, initargs=(1,))

    def gradients(
        self,
        weights: Mapping[str, Tensor],
        buffers: Mapping[str, Tensor],
        inputs: Sequence[Tensor],
        targets: Tensor,
        *,
        loss: Loss,
        precision: Callable[[], AbstractContextManager[object]],
    ) -> tuple[Tensor, list[Tensor]]:
        """The mean loss [1], and the gradient of every weight; the buffers take the means of what the parts made of them.

        Args:
            weights: by name, each [1, ...].
            buffers: likewise; running statistics are changed in place.
            inputs: each [1, batch, ...].
        """
        parts = torch.arange(inputs[0].shape[1]).chunk(len(self._nets))
        own = [{name: stack[0].clone() for name, stack in buffers.items()} for _ in parts]

        def shard(net: nn.Module, rows: Tensor, buffers: dict[str, Tensor]) -> tuple[Tensor, tuple[Tensor, ...]]:
            first, last = int(rows[0]), int(rows[-1]) + 1
            views = {name: stack[0] for name, stack in weights.items()}
            with precision():
                outputs = functional_call(net, (views, buffers), tuple(part[0, first:last] for part in inputs)).float()
            value = loss(outputs.unsqueeze(0), targets[:, first:last])
            return value.detach(), torch.autograd.grad(value.sum(), list(weights.values()))

        results = list(self._pool.map(shard, self._nets, parts, own))
        shares = [len(part) / inputs[0].shape[1] for part in parts]
        for name, stack in buffers.items():
            _take_mean_(stack, shares, [made[name] for made in own])
        losses = torch.stack([share * value for share, (value, _) in zip(shares, results, strict=True)]).sum(dim=0)
        gradients = [sum(share * part for share, part in zip(shares, of_parts, strict=True)) for of_parts in zip(*(parts for _, parts in results), strict=True)]
        return losses, gradients  # type: ignore[return-value]


def _take_mean_(stack: Tensor, shares: Sequence[float], made: Sequence[Tensor]) -> None:
    """The mean of what the parts made of a buffer; one that none of them changed stays as it is, for a mean is rounded."""
    if stack.is_floating_point() and not all(torch.equal(one, stack[0]) for one in made):
        stack[0] = sum(share * one for share, one in zip(shares, made, strict=True))
