"""Turn a named choice with plain settings into the dataclass that carries them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from torch import Tensor

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice

_TYPES: dict[str, tuple[Any, str]] = {"Hyperparameter": ((int, float, Tensor), "a number"), "int": (int, "a whole number"), "str": (str, "text")}


def build_choice(choice: Choice, registry: Mapping[str, type], *, part: str) -> Any:
    """The part of that name with those settings.

    Raises:
        SettingInvalid: the name or a setting is unknown, or a value is of the wrong type or out of range.
    """
    if choice.name not in registry:
        raise SettingInvalid(f"The {part} must be one that exists, but {choice.name!r} came. {_advice(choice.name, registry)}")
    kind = registry[choice.name]
    known = {field.name: str(field.type) for field in fields(kind)}
    for setting, value in choice.settings.items():
        if setting not in known:
            raise SettingInvalid(f"The {part} {choice.name!r} has no setting {setting!r}. {_advice(setting, known)}")
        types, required = _TYPES[known[setting]]
        if isinstance(value, bool) or not isinstance(value, types):
            raise SettingInvalid(f"{setting} of the {part} {choice.name!r} must be {required}, but {value!r} came.")
    return kind(**choice.settings)


def _advice(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"There are {', '.join(map(repr, known))}." if known else "It has none."
