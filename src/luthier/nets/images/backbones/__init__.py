"""Networks that learned from other images, and the files that hold their weights."""

from luthier.nets.images.backbones.backbone import Backbone as Backbone
from luthier.nets.images.backbones.backbone import BackboneSettings as BackboneSettings
from luthier.nets.images.backbones.backbone import backbone_choice as backbone_choice
from luthier.nets.images.backbones.kinds import BACKBONES as BACKBONES
from luthier.nets.images.backbones.weights_file import WeightsFile as WeightsFile
from luthier.nets.images.backbones.weights_file import read_weights as read_weights

__all__ = ["BACKBONES", "Backbone", "BackboneSettings", "WeightsFile", "backbone_choice", "read_weights"]
