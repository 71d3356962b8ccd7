"""The settings record of a network from the choice in a recipe: one check for all architectures."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice


def settings_of(choice: Choice, record: type) -> Any:
    """The settings of a choice, with the defaults of the record for those that it leaves out.

    Whole numbers count something and are 1 or more; other numbers are finite and not negative.

    Raises:
        SettingInvalid: a setting is unknown or outside its range.
    """
    types = {field.name: field.type for field in fields(record)}
    for name, value in choice.settings.items():
        require_known(name, types, part=f"setting of {choice.name}")
        _require_in_range(name, value, types[name])
    return record(**choice.settings)


def require_known(name: str, known: Collection[str], *, part: str) -> None:
    """Raise `SettingInvalid` with the nearest name where a name is unknown."""
    if name in known:
        return
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    advice = f"Did you mean {near[0]!r}?" if near else f"Choose one of {', '.join(known)}."
    raise SettingInvalid(f"The {part} must be one that Luthier knows, but {name!r} came. {advice}")


def _require_in_range(name: str, value: Any, kind: Any) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in ("int", int) and not (number and isinstance(value, int) and value >= 1):
        raise SettingInvalid(f"{name} must be a whole number of 1 or more, but {value!r} came.")
    if kind in ("float", float) and not (number and 0 <= value < math.inf):
        raise SettingInvalid(f"{name} must be a number of 0 or more, but {value!r} came.")
