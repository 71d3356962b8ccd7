"""Paths: the name of every setting of a recipe, such as `learning_rate`, `net.width` or `optimizer.beta2`, read and written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Choice, Recipe, Setting
from luthier.fit import AUGMENTATIONS
from luthier.nets import ARCHITECTURES
from luthier.optim import OPTIMIZERS, SCHEDULES

PARTS = ("net", "optimizer", "schedule", "augmentation")
"""The parts of a recipe: each has a name and settings of its own."""

RECIPE_TYPES: dict[str, str] = {field.name: str(field.type) for field in fields(Recipe) if field.name not in ("name", *PARTS)}
"""The settings of a recipe that are in none of its parts, with their types."""

DECAY_RATE = "decay_rate"
"""Learning rate times weight decay: what good recipes share across very different learning rates (arXiv 2604.15297)."""

NAMED_PARTS: dict[str, Mapping[str, type[Any]]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "augmentation": AUGMENTATIONS}
"""The parts whose name may be searched, with what there is of them."""


def known_paths(net: str, names: Mapping[str, Collection[str]]) -> list[str]:
    """Every path of the recipes that have this architecture and one of these optimizers, schedules and augmentations.

    Args:
        net: name of the architecture.
        names: for each of the other parts the names that may occur.
    """
    inside = [f"net.{setting}" for setting in part_settings("net", [net])]
    for part in NAMED_PARTS:
        inside += [part, *(f"{part}.{setting}" for setting in part_settings(part, names[part]))]
    return [*RECIPE_TYPES, DECAY_RATE, *inside]


def part_settings(part: str, names: Iterable[str]) -> list[str]:
    """The settings that a part of one of these names has, each once; none for a name that does not exist."""
    records = [record for name in names if (record := _record(part, name)) is not None]
    return list(dict.fromkeys(field.name for record in records for field in fields(record)))


def has_setting(part: str, name: str, setting: str) -> bool:
    """True where the part of that name has the setting."""
    return setting in part_settings(part, [name])


def setting_type(part: str, name: str, setting: str) -> str:
    """The type of a part's setting as its record states it, such as `Hyperparameter`."""
    return next(str(field.type) for field in fields(_record(part, name)) if field.name == setting)  # type: ignore[arg-type]


def value_at(recipe: Recipe, path: str) -> Setting:
    """What a recipe has at a path, with the defaults of its parts.

    Example:
        >>> recipe = Recipe(name="a", net=Choice(name="mlp"), optimizer=Choice(name="adamw"), schedule=Choice(name="linear"), learning_rate=0.01)
        >>> value_at(recipe, "net.blocks"), value_at(recipe, "optimizer"), value_at(recipe, "decay_rate")
        (2, 'adamw', 0.0)
    """
    part, _, setting = path.partition(".")
    if setting:
        choice: Choice = getattr(recipe, part)
        return choice.settings[setting] if setting in choice.settings else default_setting(part, choice.name, setting)
    if path == DECAY_RATE:
        return recipe.learning_rate * recipe.weight_decay
    value: Any = getattr(recipe, path)
    return value.name if isinstance(value, Choice) else value


def default_setting(part: str, name: str, setting: str) -> Setting:
    """What a part has where the recipe says nothing; None for a setting that it does not have."""
    record = _record(part, name)
    defaults: dict[str, Any] = {field.name: field.default for field in fields(record)} if record is not None else {}
    return defaults.get(setting)


def with_values(recipe: Recipe, values: Mapping[str, Setting]) -> Recipe:
    """The recipe with other values at some paths.

    An optimizer that takes the place of another starts with its own defaults; a schedule keeps of its settings what the new one has too,
    the warmup above all. What is as it would be anyway is not written down, so that equal networks have equal recipes.
    """
    changes: dict[str, Any] = {path: value for path, value in values.items() if path in RECIPE_TYPES}
    rate = changes.get("learning_rate", recipe.learning_rate)
    if DECAY_RATE in values and (rate, values[DECAY_RATE]) != (recipe.learning_rate, value_at(recipe, DECAY_RATE)):
        changes["weight_decay"] = values[DECAY_RATE] / rate  # type: ignore[operator]
    parts: dict[str, Any] = {part: _with_part(part, getattr(recipe, part), values) for part in PARTS}
    return replace(recipe, **changes, **parts)


def _with_part(part: str, choice: Choice, values: Mapping[str, Setting]) -> Choice:
    name = str(values.get(part, choice.name))
    own = {path.partition(".")[2]: value for path, value in values.items() if path.startswith(f"{part}.")}
    kept = choice.settings
    if name != choice.name:
        kept = {setting: value for setting, value in kept.items() if part == "schedule" and has_setting(part, name, setting)}
    told = {setting: value for setting, value in own.items() if setting in kept or value != default_setting(part, name, setting)}
    return Choice(name=name, settings={**kept, **told})


def refuse_wrong_kind(path: str, value: Setting) -> None:
    """Raise `SettingInvalid` where a setting of the recipe itself would get a value of another type; the parts check their own."""
    required = "float" if path == DECAY_RATE else RECIPE_TYPES.get(path)
    types, words = {"int": (int, "a whole number"), "float": (int | float, "a number"), "str": (str, "a text"), None: (object, "")}[required]
    if not isinstance(value, types) or (isinstance(value, bool) and required is not None):  # type: ignore[arg-type]
        raise SettingInvalid(f"{path} must be {words}, but {value!r} came.")


def advice(name: str, known: Collection[str]) -> str:
    """The nearest known name as a question, or all of them."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(known)}."


def _record(part: str, name: str) -> type[Any] | None:
    if part == "net":
        return ARCHITECTURES[name].settings if name in ARCHITECTURES else None
    return NAMED_PARTS[part].get(name)
