"""Floor 1: networks for tables, as plain modules. They know nothing of populations, files or devices."""

from luthier.nets.activations import ACTIVATIONS as ACTIVATIONS
from luthier.nets.categories import CategoryEncoding as CategoryEncoding
from luthier.nets.dropout import Dropout as Dropout
from luthier.nets.images import BACKBONES as BACKBONES
from luthier.nets.images import Backbone as Backbone
from luthier.nets.images import BatchNorm as BatchNorm
from luthier.nets.images import FastCnn as FastCnn
from luthier.nets.images import PixelInput as PixelInput
from luthier.nets.images import ResidualCnn as ResidualCnn
from luthier.nets.images import ResNet as ResNet
from luthier.nets.images import WideResNet as WideResNet
from luthier.nets.images import backbone_choice as backbone_choice
from luthier.nets.inputs import InputEncoding as InputEncoding
from luthier.nets.mlp import Mlp as Mlp
from luthier.nets.periodic import PeriodicEmbedding as PeriodicEmbedding
from luthier.nets.piecewise_linear import PiecewiseLinearEmbedding as PiecewiseLinearEmbedding
from luthier.nets.realmlp import RealMlp as RealMlp
from luthier.nets.registry import ARCHITECTURES as ARCHITECTURES
from luthier.nets.registry import SHAPELESS_SETTINGS as SHAPELESS_SETTINGS
from luthier.nets.registry import Architecture as Architecture
from luthier.nets.registry import architectures_that_see as architectures_that_see
from luthier.nets.registry import build as build
from luthier.nets.residual_mlp import ResidualMlp as ResidualMlp
from luthier.nets.roles import Role as Role
from luthier.nets.roles import roles as roles
from luthier.nets.tabm_mini import TabmMini as TabmMini

__all__ = [
    "BACKBONES",
    "Backbone",
    "BatchNorm",
    "FastCnn",
    "PixelInput",
    "ResidualCnn",
    "ResNet",
    "WideResNet",
    "architectures_that_see",
    "backbone_choice",
    "ACTIVATIONS",
    "ARCHITECTURES",
    "SHAPELESS_SETTINGS",
    "Architecture",
    "CategoryEncoding",
    "Dropout",
    "InputEncoding",
    "Mlp",
    "PeriodicEmbedding",
    "PiecewiseLinearEmbedding",
    "RealMlp",
    "ResidualMlp",
    "Role",
    "TabmMini",
    "build",
    "roles",
]
