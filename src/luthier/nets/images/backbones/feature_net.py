"""FeatureNet: a frozen backbone as a fixed step before networks that see its features."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.images.backbones.backbone import Backbone, BackboneSettings
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import Pixels
from luthier.nets.settings import settings_of


class FeatureNet(nn.Module):
    """The features of images, each minus its mean and by its deviation; both are 0 and 1 until somebody sets them.

    Nothing in it is trained.

    Shape: pixels [batch, channel, height, width] to [batch, features].

    Args:
        choice: of a frozen backbone, as `backbone_choice` makes it.
        mirror: True gives the mean of the features of an image and of its mirror image.
    """

    feature_mean: Tensor
    feature_deviation: Tensor

    def __init__(self, choice: Choice, shape: PixelShape, *, mirror: bool) -> None:
        super().__init__()
        backbone = Backbone(settings_of(choice, BackboneSettings), shape, 1)
        self.count = backbone.head.in_features
        "Numbers that an image becomes."
        backbone.head = nn.Identity()  # type: ignore[assignment]
        self.backbone, self.mirror = backbone, mirror
        self.register_buffer("feature_mean", torch.zeros(self.count))
        self.register_buffer("feature_deviation", torch.ones(self.count))
        self.eval()

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch features"]:
        features = mean_with_mirror(self.backbone.features, pixels) if self.mirror else self.backbone.features(pixels)
        return (features - self.feature_mean) / self.feature_deviation


class OverPixels(nn.Module):
    """A network for features, as one that sees the images themselves: what it says of a class can be followed to the pixels.

    Shape: pixels [batch, channel, height, width] to [batch, classes].
    """

    def __init__(self, features: FeatureNet, head: nn.Module) -> None:
        super().__init__()
        self.features, self.head = features, head
        self.eval()

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        seen = self.features(pixels)
        answers: Tensor = self.head(seen, torch.zeros(len(seen), 0, dtype=torch.long, device=seen.device))
        return answers
