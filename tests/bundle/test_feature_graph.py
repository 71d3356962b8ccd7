from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from luthier.bundle import Session
from luthier.bundle.export import export_network
from luthier.bundle.feature_graph import feature_graph
from luthier.bundle.resize import Resizer
from luthier.core.task import PixelShape
from tests.bundle.made_up_images import some_images

SHAPE = PixelShape(channels=3, height=12, width=10)


class MeanOfMaps(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(3, 5, 3)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.maps(pixels.float() / 255).mean(dim=(2, 3))


@pytest.fixture(scope="module")
def net() -> MeanOfMaps:
    return MeanOfMaps().eval()


@pytest.fixture(scope="module")
def session(net: MeanOfMaps) -> Session:
    tensors = {name: tensor.detach().numpy() for name, tensor in net.named_parameters()}
    return Session(feature_graph(SHAPE, export_network(net, shape=SHAPE), tensors).SerializeToString())


@pytest.mark.parametrize(("height", "width"), [(12, 10), (31, 17)])
def test_images_of_any_size_become_the_features_of_the_resized_ones(net: MeanOfMaps, session: Session, height: int, width: int) -> None:
    images = np.stack(some_images(3, channels=3, height=height, width=width))

    numbers, codes = session.run_all({"image": images})

    pixels = torch.from_numpy(np.stack([Resizer(SHAPE)(image) for image in images])).permute(0, 3, 1, 2)
    np.testing.assert_allclose(numbers, net(pixels).detach().numpy(), atol=1e-6)
    assert codes.shape == (3, 0)
