from __future__ import annotations

import pytest
import torch

from luthier.core.task import PixelShape
from luthier.nets.images import backbone_choice
from luthier.nets.images.backbones.feature_net import FeatureNet, OverPixels
from tests.nets.images.backbones.weight_files import trained, written
from tests.nets.images.images import levels

SHAPE = PixelShape(channels=3, height=24, width=24)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    return written(trained(), tmp_path_factory.mktemp("weights"))


def test_features_are_those_of_the_backbone_and_nothing_in_it_is_trained(weights: str) -> None:
    net, images = FeatureNet(backbone_choice(weights), SHAPE, mirror=False), levels(SHAPE)

    features = net(images)

    assert features.shape == (len(images), net.count)
    assert not list(net.parameters())
    torch.testing.assert_close(features, net.backbone.features(images))


def test_an_image_and_its_mirror_image_have_the_same_features_where_both_are_seen(weights: str) -> None:
    images = levels(SHAPE)

    both, one = (FeatureNet(backbone_choice(weights), SHAPE, mirror=mirror) for mirror in (True, False))

    torch.testing.assert_close(both(images), both(images.flip(-1)))
    torch.testing.assert_close(both(images), (one(images) + one(images.flip(-1))) / 2)


def test_a_head_over_pixels_answers_as_over_the_standardized_features(weights: str) -> None:
    net, images, head = FeatureNet(backbone_choice(weights), SHAPE, mirror=False), levels(SHAPE), torch.nn.Bilinear(512, 1, 2)
    net.feature_mean.fill_(0.5)
    net.feature_deviation.fill_(2.0)

    answers = OverPixels(net, lambda_head(head))(images)

    standardized = (net.backbone.features(images) - 0.5) / 2
    torch.testing.assert_close(answers, head(standardized, torch.ones(len(images), 1)))


def lambda_head(head: torch.nn.Bilinear) -> torch.nn.Module:
    """A head that is given numbers and no codes, as those of tables are."""

    class Head(torch.nn.Module):
        def forward(self, numbers: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
            assert codes.shape == (len(numbers), 0)
            return head(numbers, torch.ones(len(numbers), 1))

    return Head()
