from __future__ import annotations

from dataclasses import fields

import pytest

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Setting
from luthier.fit.augment import AugmentationSettings, build_augmentation

REFUSALS: dict[str, tuple[str, dict[str, Setting], str]] = {
    "unknown name": ("imags", {}, "The augmentation must be one that Luthier knows, but 'imags' came. Did you mean 'images'?"),
    "far name": ("zzz", {}, "The augmentation must be one that Luthier knows, but 'zzz' came. Choose one of none, images."),
    "unknown setting": ("images", {"shfit": 0.1}, "The setting of images must be one that Luthier knows, but 'shfit' came. Did you mean 'shift'?"),
    "setting of none": (
        "none",
        {"shift": 0.1},
        "The augmentation 'none' has no settings, but 'shift' came. Leave it out, or name the augmentation 'images'.",
    ),
    "flip": ("images", {"flip": "twice"}, "flip of an augmentation must be one of none, random, alternating, but 'twice' came."),
    "vertical": ("images", {"flip_vertical": 1}, "flip_vertical of an augmentation must be true or false, but 1 came."),
    "schedule": (
        "images",
        {"strength_schedule": "cosine"},
        "strength_schedule of an augmentation must be one of constant, rising, falling, but 'cosine' came.",
    ),
    "shift": ("images", {"shift": 2}, "shift of an augmentation must be a number from 0 to 0.5, but 2 came."),
    "rotation": ("images", {"rotation": -10.0}, "rotation of an augmentation must be a number from 0 to 180, but -10.0 came."),
    "erase": ("images", {"erase": True}, "erase of an augmentation must be a number, but True came."),
    "color": ("images", {"color": "much"}, "color of an augmentation must be a number, but 'much' came."),
    "nan": ("images", {"mixup": float("nan")}, "mixup of an augmentation must be a number from 0 to 10, but nan came."),
    "progressive": ("images", {"progressive": 0.1}, "progressive of an augmentation must be a number from 0.25 to 1, but 0.1 came."),
}


@pytest.mark.parametrize(("name", "settings", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_choice_that_is_no_augmentation_is_refused_with_its_reason(name: str, settings: dict[str, Setting], message: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        build_augmentation(Choice(name=name, settings=settings))

    assert str(refusal.value) == message


def test_none_is_the_images_with_everything_off() -> None:
    assert build_augmentation(Choice(name="none")) == AugmentationSettings() == build_augmentation(Choice(name="images"))


def test_a_strength_of_nothing_turns_everything_off_but_flips_and_size() -> None:
    numbers = {field.name: 0.5 for field in fields(AugmentationSettings) if field.type == "float"}
    everything = AugmentationSettings(flip="random", flip_vertical=True, strength_schedule="rising", **numbers)

    assert everything.at(0.0) == AugmentationSettings(flip="random", flip_vertical=True, progressive=0.5)
    assert everything.at(1.0) == AugmentationSettings(flip="random", flip_vertical=True, **numbers)
