"""Networks for images: plain modules from pixels to logits."""

from luthier.nets.images.backbones.backbone import Backbone as Backbone
from luthier.nets.images.backbones.backbone import BackboneSettings as BackboneSettings
from luthier.nets.images.backbones.backbone import backbone_choice as backbone_choice
from luthier.nets.images.backbones.kinds import BACKBONES as BACKBONES
from luthier.nets.images.batch_norm import BatchNorm as BatchNorm
from luthier.nets.images.fast_cnn import FastCnn as FastCnn
from luthier.nets.images.fast_cnn import FastCnnSettings as FastCnnSettings
from luthier.nets.images.pixels import PixelInput as PixelInput
from luthier.nets.images.residual_cnn import ResidualCnn as ResidualCnn
from luthier.nets.images.residual_cnn import ResidualCnnSettings as ResidualCnnSettings
from luthier.nets.images.resnet import ResNet as ResNet
from luthier.nets.images.resnet import ResNetSettings as ResNetSettings
from luthier.nets.images.wide_resnet import WideResNet as WideResNet
from luthier.nets.images.wide_resnet import WideResNetSettings as WideResNetSettings

__all__ = [
    "BACKBONES",
    "Backbone",
    "BackboneSettings",
    "BatchNorm",
    "FastCnn",
    "FastCnnSettings",
    "PixelInput",
    "ResNet",
    "ResNetSettings",
    "ResidualCnn",
    "ResidualCnnSettings",
    "WideResNet",
    "WideResNetSettings",
    "backbone_choice",
]
