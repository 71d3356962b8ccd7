"""ResNet, WideResNet and ResidualCnn: what was published of them."""

from __future__ import annotations

import pytest
import torch

from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.images.resnet import BasicBlock
from luthier.nets.registry import build
from tests.nets.images.images import started

CIFAR = PixelShape(channels=3, height=32, width=32)
PUBLISHED = {
    "ResNet-20": (Choice(name="resnet"), 0.27e6),
    "ResNet-32": (Choice(name="resnet", settings={"blocks": 5}), 0.46e6),
    "WRN-16-4": (Choice(name="wide-resnet"), 2.7e6),
    "WRN-40-4": (Choice(name="wide-resnet", settings={"blocks": 6}), 8.9e6),
}


@pytest.mark.parametrize(("choice", "published"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_net_has_as_many_weights_as_the_papers_say(choice, published):
    count = sum(weights.numel() for weights in build(choice, CIFAR, 10, seed=0).parameters())

    assert count == pytest.approx(published, rel=0.03)


def test_a_shortcut_to_more_maps_carries_every_second_place_between_maps_of_zeros():
    block = BasicBlock(4, 8).eval()
    torch.nn.init.zeros_(block.second.weight)
    features = torch.rand(1, 4, 5, 5)

    carried = block(features)

    torch.testing.assert_close(carried[:, 2:6], features[:, :, ::2, ::2])
    assert carried[:, :2].abs().max() == carried[:, 6:].abs().max() == 0


@pytest.mark.parametrize(("side", "seen"), [(28, 28), (64, 32), (224, 56)])
def test_large_images_are_made_smaller_at_once(side, seen):
    shape = PixelShape(channels=1, height=side, width=side)

    features = started("resnet", shape).stem(torch.zeros(1, 1, side, side))

    assert features.shape == (1, 8, seen, seen)


def test_more_blocks_and_more_width_make_a_larger_residual_cnn():
    count = lambda **settings: sum(w.numel() for w in build(Choice(name="residual-cnn", settings=settings), CIFAR, 2, seed=0).parameters())  # noqa: E731

    assert count(width=8) < count(width=16) < count(width=16, blocks=3)
