"""Backbone: a network that learned from other images, with a head of its own."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor, nn

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.core.task import PixelShape
from luthier.nets.images.backbones.fitting import best_fit, fill_, refuse_misfit
from luthier.nets.images.backbones.kinds import BACKBONES
from luthier.nets.images.backbones.weights_file import read_weights
from luthier.nets.images.mirror import mean_with_mirror
from luthier.nets.images.pixels import PixelInput, Pixels, enlarged
from luthier.nets.images.roles import convolutional_roles
from luthier.nets.roles import Role
from luthier.nets.settings import require_known

SMALLEST_SIDE = 96
"Pixels below which an image is stretched: the backbones divide the size by 32, and learned from 224."


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneSettings:
    """Choices of a Backbone."""

    architecture: str = "mobilenet-v2"
    "One of `BACKBONES`."
    weights: str = ""
    "Path of a file with trained weights: safetensors, or a state dict of PyTorch. Empty: the body starts at random."
    digest: str = ""
    "SHA-256 that this file must have; empty for any."
    frozen: bool = False
    "True trains the head alone; needs trained weights."
    body_rate: float = 0.1
    "Learning rate of the body, times the recipe's; the head has 1."
    mirror: bool = False
    "True answers with the mean over an image and its mirror image; training is the same."

    def __post_init__(self) -> None:
        require_known(self.architecture, BACKBONES, part="architecture of a backbone")
        if self.frozen and not self.weights:
            raise SettingInvalid("A frozen backbone must have trained weights, but no weights file came. Give one with --weights, or train the body too.")


class Backbone(nn.Module):
    """Trained features of an image, and one linear layer over them.

    Gray images stand for red, green and blue alike. A frozen body's weights are buffers, so that no optimizer sees them, and its
    normalizations keep their statistics in training.
    """

    def __init__(self, settings: BackboneSettings, shape: PixelShape, outputs: int) -> None:
        super().__init__()
        kind = BACKBONES[settings.architecture]
        self._settings = settings
        self.pixels = PixelInput(kind.mean, kind.deviation)
        self.body = kind.body()
        if settings.weights:
            fill_(self.body, read_weights(settings.weights, digest=settings.digest), settings.architecture)
        if settings.frozen:
            _freeze_(self.body)
        self.head = nn.Linear(kind.features, outputs)

    def train(self, mode: bool = True) -> Backbone:
        """Like that of every module, but a frozen body stays as in evaluation."""
        super().train(mode)
        self.body.train(mode and not self._settings.frozen)
        return self

    def features(self, pixels: Pixels) -> Float[Tensor, "batch features"]:
        """What the body makes of images; for a frozen body always the same, so that it may be kept."""
        colors = pixels.expand(-1, 3, -1, -1)
        return self.body(enlarged(self.pixels(colors), SMALLEST_SIDE)).float()

    def forward(self, pixels: Pixels) -> Float[Tensor, "batch classes"]:
        if self._settings.mirror and not self.training:
            return mean_with_mirror(self._logits, pixels)
        return self._logits(pixels)

    def _logits(self, pixels: Tensor) -> Tensor:
        return self.head(self.features(pixels)).float()

    def roles(self) -> dict[str, Role]:
        """The body learns more slowly than the head."""
        return convolutional_roles(self, body_rate=self._settings.body_rate)


def backbone_choice(weights: str, *, architecture: str = "", frozen: bool = True) -> Choice:
    """The choice of a backbone with a person's weights file, whose content it pins.

    Args:
        weights: path of the file.
        architecture: one of `BACKBONES`; empty for the one that fits.

    Raises:
        SettingInvalid: the file cannot be read or fits no backbone, or not the one that was named.
    """
    file = read_weights(weights)
    chosen = architecture or best_fit(file.tensors)
    require_known(chosen, BACKBONES, part="architecture of a backbone")
    refuse_misfit(file, chosen)
    return Choice(name="backbone", settings={"architecture": chosen, "weights": weights, "digest": file.digest, "frozen": frozen})


def _freeze_(module: nn.Module) -> None:
    """Make buffers of all parameters."""
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach())
