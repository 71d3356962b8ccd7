from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.registry import build
from tests.nets.images.images import started

GRAY = PixelShape(channels=1, height=28, width=28)


@pytest.mark.parametrize(("side", "widths"), [(12, [24, 64]), (28, [24, 64, 96]), (64, [24, 64, 96, 96]), (224, [24, 64, 96, 96, 96, 96])])
def test_larger_images_go_through_more_groups(side, widths):
    net = build(Choice(name="fast-cnn"), PixelShape(channels=1, height=side, width=side + 5), 2, seed=0)

    assert [group.convolutions[-1].out_channels for group in net.groups] == widths


def test_convolutions_start_as_the_identity_on_their_first_inputs():
    net = build(Choice(name="fast-cnn"), GRAY, 2, seed=0)
    features = torch.randn(2, 24, 8, 8)

    passed = net.groups[1].convolutions[0](features)

    torch.testing.assert_close(passed[:, :24], features)
    assert passed[:, 24:].std() > 0.1


@pytest.mark.parametrize("side", [2, 3])
def test_the_filters_are_fitted_to_patches_of_the_side_that_was_asked_for(side):
    net = started("fast-cnn", GRAY, whitening=side)

    assert net.whitening.filters.shape == (2 * side**2, 1, side, side)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_group_has_as_many_convolutions_as_its_depth(depth):
    net = started("fast-cnn", GRAY, depth=depth)

    assert [len(group.convolutions) for group in net.groups] == [depth] * 3
    assert net(torch.zeros(1, 1, 28, 28)).isfinite().all()


def test_from_three_convolutions_on_what_follows_the_first_is_added_to_it():
    group = started("fast-cnn", GRAY, depth=3).groups[0]
    features = torch.rand(1, 18, 8, 8)
    for layer in (1, 2):
        torch.nn.init.zeros_(group.convolutions[layer].weight)

    passed = group(features)

    first = group.activation(group.norms[0](torch.nn.functional.max_pool2d(group.convolutions[0](features), 2)))
    torch.testing.assert_close(passed, group.activation(first))


def test_the_shifts_of_the_normalizations_learn_faster():
    roles = started("fast-cnn", GRAY, bias_rate=64.0).roles()

    assert {name for name, role in roles.items() if role.learning_rate_factor == 64} == {name for name in roles if "norms" in name}


def test_a_patch_of_another_side_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        started("fast-cnn", whitening=5)

    assert str(refusal.value) == "whitening must be 2 or 3, but 5 came."
