"""The backbones that Luthier knows, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from luthier.nets.images.backbones.efficientnet_lite import FEATURES as LITE_FEATURES
from luthier.nets.images.backbones.efficientnet_lite import EfficientNetLiteBody
from luthier.nets.images.backbones.mobilenet import FEATURES as MOBILE_FEATURES
from luthier.nets.images.backbones.mobilenet import MobileNetBody
from luthier.nets.images.backbones.residual import BasicUnit, BottleneckUnit, ResidualBody

Triple = tuple[float, float, float]
IMAGENET_MEAN: Triple = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION: Triple = (0.229, 0.224, 0.225)
"Of red, green and blue over the training images of ImageNet, as the weights in use were trained with."
TENSORFLOW_MEAN: Triple = (127 / 255, 127 / 255, 127 / 255)
TENSORFLOW_DEVIATION: Triple = (128 / 255, 128 / 255, 128 / 255)
"The same for weights that come from TensorFlow: levels of 0 to 255 minus 127, by 128."


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneKind:
    """A network whose trained weights people have."""

    body: Callable[[], nn.Module]
    "Gives a vector of features for standardized images."
    features: int
    "Numbers of that vector."
    classifier: str
    "What the names of the weights begin with that follow the body, and are left out."
    mean: Triple = IMAGENET_MEAN
    deviation: Triple = IMAGENET_DEVIATION


BACKBONES: dict[str, BackboneKind] = {
    "mobilenet-v2": BackboneKind(body=MobileNetBody, features=MOBILE_FEATURES, classifier="classifier."),
    "resnet-18": BackboneKind(body=partial(ResidualBody, BasicUnit, (2, 2, 2, 2)), features=512, classifier="fc."),
    "resnet-34": BackboneKind(body=partial(ResidualBody, BasicUnit, (3, 4, 6, 3)), features=512, classifier="fc."),
    "resnet-50": BackboneKind(body=partial(ResidualBody, BottleneckUnit, (3, 4, 6, 3)), features=2048, classifier="fc."),
    "efficientnet-lite0": BackboneKind(
        body=EfficientNetLiteBody, features=LITE_FEATURES, classifier="_fc.", mean=TENSORFLOW_MEAN, deviation=TENSORFLOW_DEVIATION
    ),
}
"""Every backbone by the name that a setting gives it."""
