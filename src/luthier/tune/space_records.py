"""Space records: domains and recipes as plain mappings, as they stand in a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from luthier.core.errors import SettingInvalid
from luthier.core.recipe import Recipe, Setting
from luthier.tune.domains import Domain, OneOf, Real, Whole
from luthier.tune.paths import PARTS, RECIPE_TYPES, advice, refuse_wrong_kind

KINDS: dict[str, Callable[..., Domain]] = {"real": Real, "whole": Whole, "one-of": OneOf}
"""Domains by the name that a file gives them."""


def domain_record(domain: Domain) -> dict[str, Any]:
    """A domain as a mapping: its kind, and what is not as it would be anyway."""
    kind = next(name for name, record in KINDS.items() if isinstance(domain, record))  # type: ignore[arg-type]
    told = {field.name: getattr(domain, field.name) for field in fields(domain) if getattr(domain, field.name) != _default(field)}
    return {"kind": kind, **{name: dict(value) if name == "when" else value for name, value in told.items()}}


def domain_from(record: Any) -> Domain:
    """The domain of a mapping, or of a list of values.

    Raises:
        SettingInvalid: it is no domain.
    """
    if isinstance(record, list):
        return OneOf(settings_from(record))
    kind = record.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise SettingInvalid(f"A domain needs a kind, one of {', '.join(KINDS)}, but {kind!r} came.")
    known = {field.name: field for field in fields(KINDS[kind])}  # type: ignore[arg-type]
    told = {str(name): value for name, value in record.items() if name != "kind"}
    for name, value in told.items():
        if name not in known:
            raise SettingInvalid(f"A domain of the kind {kind!r} has no {name!r}. {advice(name, known)}")
        _refuse_misfit(name, value)
    absent = next((name for name, field in known.items() if _default(field) is MISSING and name not in told), None)
    if absent is not None:
        raise SettingInvalid(f"A domain of the kind {kind!r} needs {absent!r}, but it is not there.")
    return KINDS[kind](**{name: _field_from(name, value) for name, value in told.items()})


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _refuse_misfit(name: str, value: Any) -> None:
    """What a domain does not check itself: the types that only a file can get wrong."""
    required = {"log": (bool, "true or false"), "values": (list, "a list"), "shares": (list | None, "a list"), "when": (dict, "a mapping from paths to lists")}
    if name in required and not isinstance(value, required[name][0]):
        raise SettingInvalid(f"{name} must be {required[name][1]}, but {value!r} came.")


def _field_from(name: str, value: Any) -> Any:
    if name == "when":
        return {str(path): settings_from(allowed if isinstance(allowed, list) else [allowed]) for path, allowed in value.items()}
    return setting_from(value)


def as_json(value: Any) -> Any:
    """The same with lists for tuples, as JSON has them."""
    if isinstance(value, Mapping):
        return {name: as_json(inside) for name, inside in value.items()}
    return [as_json(inside) for inside in value] if isinstance(value, tuple | list) else value


def settings_from(values: list[Any]) -> tuple[Setting, ...]:
    """The values of a list, lists among them as tuples."""
    return tuple(setting_from(value) for value in values)


def setting_from(value: Any) -> Setting:
    """A value as a recipe can have it.

    Raises:
        SettingInvalid: it is a mapping.
    """
    if isinstance(value, dict):
        raise SettingInvalid(f"A value must be a number, a text, true, false, null or a list of these, but {value!r} came.")
    return settings_from(value) if isinstance(value, list) else value


def recipe_from(record: Any) -> Recipe:
    """The recipe of a mapping such as `Recipe.to_json` gives; a part without settings may be its name alone.

    Raises:
        SettingInvalid: it is no recipe.
    """
    if not isinstance(record, dict):
        raise SettingInvalid(f"A recipe must be a mapping, but {record!r} came.")
    known = {field.name: field for field in fields(Recipe)}
    unknown = next((str(name) for name in record if name not in known), None)
    if unknown is not None:
        raise SettingInvalid(f"A recipe has no {unknown!r}. {advice(unknown, known)}")
    absent = next((name for name, field in known.items() if _default(field) is MISSING and name not in record), None)
    if absent is not None:
        raise SettingInvalid(f"A recipe needs {absent!r}, but it is not there.")
    for name in RECIPE_TYPES.keys() & record.keys():
        refuse_wrong_kind(name, record[name])
    return Recipe.from_json({**record, "name": str(record["name"]), **{part: _part_from(part, record[part]) for part in PARTS if part in record}})


def _part_from(part: str, record: Any) -> dict[str, Any]:
    told = {"name": record} if isinstance(record, str) else record
    settings = told.get("settings", {}) if isinstance(told, dict) else None
    if not isinstance(settings, dict) or not isinstance(told.get("name"), str) or not told.keys() <= {"name", "settings"}:
        raise SettingInvalid(f"{part} must be a name, or a mapping with name and settings, but {record!r} came.")
    return {"name": told["name"], "settings": {str(name): setting_from(value) for name, value in settings.items()}}
