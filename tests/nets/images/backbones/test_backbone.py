from __future__ import annotations

import pytest
import torch

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.images import BACKBONES, backbone_choice
from luthier.nets.registry import build
from tests.nets.images.backbones.weight_files import FORMATS, trained, written
from tests.nets.images.images import levels

SHAPE = PixelShape(channels=3, height=24, width=24)
GRAY = PixelShape(channels=1, height=24, width=24)
PUBLISHED = {"mobilenet-v2": 2.22e6, "resnet-18": 11.18e6, "resnet-34": 21.28e6, "resnet-50": 23.51e6, "efficientnet-lite0": 3.37e6}


def _net(choice: Choice, shape: PixelShape = SHAPE) -> torch.nn.Module:
    return build(choice, shape, 3, seed=0)


@pytest.mark.parametrize("architecture", BACKBONES)
def test_a_body_has_as_many_weights_as_the_papers_say_and_gives_its_features(architecture):
    with torch.device("meta"):
        body = BACKBONES[architecture].body().eval()

    assert sum(weights.numel() for weights in body.parameters()) == pytest.approx(PUBLISHED[architecture], rel=0.005)
    assert body(torch.zeros(2, 3, 96, 96, device="meta")).shape == (2, BACKBONES[architecture].features)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_weights_is_recognized_and_fills_the_body(kind, tmp_path):
    state = trained("resnet-18")

    choice = backbone_choice(written(state, tmp_path, kind))
    net = _net(choice)

    assert choice.settings["architecture"] == "resnet-18"
    assert torch.equal(net.body.get_buffer("layer3.1.conv2.weight"), state["layer3.1.conv2.weight"])


def test_a_frozen_body_has_no_parameters_and_stays_the_same_in_training(tmp_path):
    net, images = _net(backbone_choice(written(trained(), tmp_path))), levels(SHAPE)
    before = net.eval().features(images)

    trained_net = net.train()

    assert {name for name, _ in trained_net.named_parameters()} == {"head.weight", "head.bias"}
    torch.testing.assert_close(trained_net.features(images), before)
    torch.testing.assert_close(trained_net.features(images), before)


def test_a_body_that_is_fine_tuned_learns_more_slowly_than_the_head(tmp_path):
    roles = _net(backbone_choice(written(trained(), tmp_path), frozen=False)).roles()

    assert roles["body.conv1.weight"].learning_rate_factor == 0.1
    assert roles["head.weight"].learning_rate_factor == 1.0


def test_a_gray_image_is_seen_as_one_of_three_equal_colors(tmp_path):
    choice, images = backbone_choice(written(trained(), tmp_path)), levels(GRAY)

    gray, color = _net(choice, GRAY).eval(), _net(choice).eval()

    torch.testing.assert_close(gray(images), color(images.repeat(1, 3, 1, 1)))


def test_weights_of_another_architecture_are_refused_with_the_one_that_fits(tmp_path):
    path = written(trained("resnet-34"), tmp_path)

    with pytest.raises(SettingInvalid) as refusal:
        backbone_choice(path, architecture="resnet-18")

    assert str(refusal.value) == (
        f"The weights must be those of resnet-18, but of its tensors {path!r} has besides 80 (first: layer1.2.conv1.weight). It fits resnet-34: choose that."
    )


def test_weights_that_fit_nothing_are_refused_with_what_differs(tmp_path):
    state = trained("resnet-18")
    state["conv1.weight"] = torch.zeros(64, 1, 7, 7)
    del state["bn1.bias"]
    path = written(state, tmp_path)

    with pytest.raises(SettingInvalid) as refusal:
        backbone_choice(path)

    assert str(refusal.value) == (
        f"The weights must be those of resnet-18, but of its tensors {path!r} lacks 1 (first: bn1.bias) and has in another shape 1 "
        "(first: conv1.weight). It fits no backbone; the nearest is resnet-18."
    )


def test_a_frozen_body_without_weights_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        _net(Choice(name="backbone", settings={"frozen": True}))

    assert str(refusal.value) == ("A frozen backbone must have trained weights, but no weights file came. Give one with --weights, or train the body too.")


def test_a_backbone_that_nobody_knows_is_refused():
    with pytest.raises(SettingInvalid) as refusal:
        _net(Choice(name="backbone", settings={"architecture": "resnet-19"}))

    assert str(refusal.value) == "The architecture of a backbone must be one that Luthier knows, but 'resnet-19' came. Did you mean 'resnet-18'?"
