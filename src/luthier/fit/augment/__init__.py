"""Training images, changed at random, batch by batch, on the device."""

from luthier.fit.augment.batch import augment as augment
from luthier.fit.augment.examples import augmentation_examples as augmentation_examples
from luthier.fit.augment.mixing import mix as mix
from luthier.fit.augment.registry import AUGMENTATIONS as AUGMENTATIONS
from luthier.fit.augment.registry import build_augmentation as build_augmentation
from luthier.fit.augment.settings import AugmentationSettings as AugmentationSettings
from luthier.fit.augment.settings import NoAugmentation as NoAugmentation
from luthier.fit.augment.sizes import shrunk as shrunk
from luthier.fit.augment.sizes import side_at as side_at

__all__ = [
    "AUGMENTATIONS",
    "AugmentationSettings",
    "NoAugmentation",
    "augment",
    "augmentation_examples",
    "build_augmentation",
    "mix",
    "shrunk",
    "side_at",
]
