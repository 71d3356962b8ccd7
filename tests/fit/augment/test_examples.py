from __future__ import annotations

import numpy as np

from luthier.fit.augment import AugmentationSettings, augmentation_examples
from tests.fit.augment.batches import pixels

IMAGES = pixels(3, 1, 8, 10).permute(0, 2, 3, 1).numpy()


def test_an_image_that_nothing_happens_to_is_shown_as_it_is() -> None:
    shown = augmentation_examples(IMAGES, AugmentationSettings(), 0, views=2)

    assert (shown.shape, shown.dtype) == ((3, 2, 8, 10, 1), np.uint8)
    assert (shown == IMAGES[:, None]).all()


def test_views_follow_the_epochs_and_the_seed() -> None:
    settings = AugmentationSettings(flip="alternating")

    shown = augmentation_examples(IMAGES, settings, 0, views=4)

    assert (shown[:, 0] == shown[:, 2]).all()
    assert (shown[:, 0] == shown[:, 1, :, ::-1]).all()
    wild = AugmentationSettings(erase=1.0, cutmix=1.0)
    assert (augmentation_examples(IMAGES, wild, 1) == augmentation_examples(IMAGES, wild, 1)).all()
    assert not (augmentation_examples(IMAGES, wild, 1) == augmentation_examples(IMAGES, wild, 2)).all()


def test_read_only_images_are_shown_and_left_alone() -> None:
    locked = IMAGES.copy()
    locked.flags.writeable = False

    augmentation_examples(locked, AugmentationSettings(shift=0.2, mixup=1.0), 0)

    assert (locked == IMAGES).all()
