from __future__ import annotations

import torch

from luthier.fit.batches import RowOrders


def orders(seeds: list[int]) -> RowOrders:
    return RowOrders([torch.arange(10), torch.arange(100, 111)][: len(seeds)], seeds, batch_size=5)


def test_an_epoch_visits_every_row_of_a_member_once() -> None:
    batches = [orders([1, 2]).batch(step)[0] for step in range(2)]

    assert sorted(torch.cat(batches).tolist()) == list(range(10))


def test_a_members_order_does_not_depend_on_who_trains_beside_it() -> None:
    assert torch.equal(orders([1, 2]).batch(3)[0], orders([1]).batch(3)[0])


def test_orders_differ_between_seeds_and_between_epochs() -> None:
    one = orders([1, 1])

    assert not torch.equal(one.batch(0)[0], orders([7, 1]).batch(0)[0])
    assert not torch.equal(one.batch(0)[0], one.batch(2)[0])


def test_a_batch_is_never_larger_than_the_smallest_fold() -> None:
    small = RowOrders([torch.arange(3), torch.arange(4)], [0, 1], batch_size=256)

    assert small.batch(0).shape == (2, 3)
