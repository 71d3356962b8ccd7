from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from luthier.fit.saliency import saliency


def pixels(*, height: int = 16, width: int = 16, channels: int = 1) -> Tensor:
    return torch.randint(0, 256, (3, channels, height, width), generator=torch.Generator().manual_seed(0)).to(torch.uint8)


class CornerNet(nn.Module):
    """Looks at the upper left quarter alone, with a convolution before it or without."""

    def __init__(self, convolution: nn.Module, outputs: int = 3):
        super().__init__()
        self.convolution = convolution
        self.head = nn.LazyLinear(outputs)

    def forward(self, pixels: Tensor) -> Tensor:
        corner = self.convolution(pixels)[:, :, :8, :8]
        return self.head(corner.flatten(1))


class MirroredNet(nn.Module):
    """The mean over the image and its mirror image, one after the other or in one batch."""

    def __init__(self, net: nn.Module, *, together: bool):
        super().__init__()
        self.net, self.together = net, together

    def forward(self, pixels: Tensor) -> Tensor:
        if self.together:
            return self.net(torch.cat([pixels, pixels.flip(3)])).unflatten(0, (2, len(pixels))).mean(dim=0)
        return (self.net(pixels) + self.net(pixels.flip(3))) / 2


def built(net: nn.Module) -> nn.Module:
    torch.manual_seed(0)
    net.eval()(pixels().float() / 255)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    return net


CONVOLUTION = pytest.param(lambda: nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU()), id="grad-cam")
NONE = pytest.param(nn.Identity, id="input gradients")
CLASSES = torch.tensor([0, 1, 2])


@pytest.mark.parametrize("convolution", [CONVOLUTION, NONE])
def test_net_that_looks_at_one_corner_has_its_heat_there(convolution):
    net = built(CornerNet(convolution()))

    heat = saliency(net, pixels(), CLASSES)

    assert heat.shape == (3, 16, 16)
    assert np.allclose(heat.max(axis=(1, 2)), 1.0)
    assert heat.min() >= 0
    assert np.all(heat[:, 9:, :] == 0)
    assert np.all(heat[:, :, 9:] == 0)


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two calls"])
def test_mirror_image_does_not_turn_the_heat_around(together):
    net = built(CornerNet(nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU())))

    mirrored = saliency(MirroredNet(net, together=together).eval(), pixels(), CLASSES)

    assert np.allclose(mirrored, saliency(net, pixels(), CLASSES), atol=1e-6)


def test_maps_of_fewer_than_four_places_are_passed_over():
    net = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.Conv2d(4, 4, 3, stride=8), nn.Flatten(), nn.LazyLinear(3))

    coarse = saliency(built(net), pixels(height=64, width=64)[:, :, :16, :16].contiguous(), CLASSES)

    assert len(np.unique(coarse.round(4))) > 16


@pytest.mark.parametrize("convolution", [CONVOLUTION, NONE])
def test_heat_is_the_same_every_time_and_hangs_on_its_own_image_alone(convolution):
    net = built(CornerNet(convolution()))
    whole = saliency(net, pixels(), CLASSES)

    assert np.array_equal(saliency(net, pixels(), CLASSES), whole)
    assert np.allclose(saliency(net, pixels()[:1], CLASSES[:1])[0], whole[0], atol=1e-6)


def test_net_and_pixels_are_left_as_they_are():
    images = pixels(channels=3)
    net = built(nn.Sequential(nn.Identity(), nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Flatten(), nn.LazyLinear(3)))
    before = {name: value.clone() for name, value in net.state_dict().items()}

    with torch.no_grad():
        saliency(net, images[:, :1], CLASSES)

    assert torch.equal(images, pixels(channels=3))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(parameter.grad is None and not parameter.requires_grad for parameter in net.parameters())
    assert all(not module._forward_hooks for module in net.modules())


def test_of_one_number_what_lowers_it_counts_too():
    net = built(CornerNet(nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU()), outputs=1))
    nn.init.constant_(net.head.weight, -1.0)

    assert saliency(net, pixels(), torch.zeros(3, dtype=torch.int64)).max() == 1.0


def test_net_that_does_not_look_has_no_heat():
    net = built(CornerNet(nn.Sequential(nn.Conv2d(1, 4, 1), nn.ReLU())))
    nn.init.zeros_(net.head.weight)

    assert np.all(saliency(net, pixels(), CLASSES) == 0)
