from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest
import torch

from luthier.fit.precision import ROUNDS, bfloat16_pays, has_bfloat16
from tests.nets.images.images import COLOR, levels, started

CPU = torch.device("cpu")
native = pytest.mark.skipif(not has_bfloat16(CPU), reason="this processor has no bfloat16")


def _clock(plain: float, halved: float) -> Callable[[], float]:
    """A clock that lets float32 steps and bfloat16 steps take so long; the first turn does not count and reads it once a step."""
    warm = repeat(0.0, 2)
    timed = chain.from_iterable([0.0, plain, 0.0, halved] for _ in range(ROUNDS))
    readings: Iterator[float] = chain(warm, timed)
    return lambda: next(readings)


@native
@pytest.mark.parametrize(("halved", "pays"), [(0.5, True), (0.95, False), (2.0, False)])
def test_bfloat16_pays_where_its_steps_are_clearly_faster(halved, pays):
    assert bfloat16_pays(started("fast-cnn"), levels(), CPU, now=_clock(1.0, halved)) is pays


@native
def test_the_network_that_is_timed_is_left_as_it_was():
    net = started("fast-cnn")
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}

    bfloat16_pays(net, levels(), CPU)

    assert not net.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())


def test_a_device_that_does_not_say_that_it_has_bfloat16_is_not_timed():
    assert not bfloat16_pays(started("fast-cnn"), levels(COLOR), torch.device("meta"), now=_clock(1.0, 0.1))
