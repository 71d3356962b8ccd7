"""Augmentations by name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice
from luthier.fit.augment.settings import AugmentationSettings, NoAugmentation
from luthier.nets.settings import require_known

AUGMENTATIONS: dict[str, type] = {"none": NoAugmentation, "images": AugmentationSettings}
"""Every augmentation by the name that a recipe gives it."""

_TYPES: dict[object, tuple[tuple[type, ...], str]] = {"str": ((str,), "text"), "bool": ((bool,), "true or false"), "float": ((int, float), "a number")}


def build_augmentation(choice: Choice) -> AugmentationSettings:
    """The augmentation that a recipe names.

    Example:
        >>> build_augmentation(Choice(name="images", settings={"shift": 0.07})).shift
        0.07

    Raises:
        SettingInvalid: the name or a setting is unknown, or a value is of the wrong type or out of range.
    """
    require_known(choice.name, AUGMENTATIONS, part="augmentation")
    known = {field.name: field.type for field in fields(AUGMENTATIONS[choice.name])}
    for name, value in choice.settings.items():
        if not known:
            raise SettingInvalid(f"The augmentation {choice.name!r} has no settings, but {name!r} came. Leave it out, or name the augmentation 'images'.")
        require_known(name, known, part=f"setting of {choice.name}")
        types, required = _TYPES[known[name]]
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise SettingInvalid(f"{name} of an augmentation must be {required}, but {value!r} came.")
    settings: dict[str, Any] = dict(choice.settings)
    return AugmentationSettings(**settings)
